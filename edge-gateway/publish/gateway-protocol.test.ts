import { type NumberRange, Ranges } from '@pulseboard/contract';
import { GatewayProtocol, type ProtocolOptions, type Sending } from './gateway-protocol.js';
import type { RecoveredSpool, SpoolState } from './spool-state.js';

const CURRENT = 'spool-now';
const OLDER = 'spool-old';
const STORE = '5f0c3a9e21b7d846';
const FOREIGN = '0123456789abcdef';

/** What a former process left: numbers 1…written, of which some may be missing. */
const older = (written: number, of: Partial<RecoveredSpool> = {}): RecoveredSpool => ({
  id: OLDER,
  written,
  ceiling: written + 500,
  present: new Ranges([[1, written]]),
  heard: [],
  dropped: {},
  ...of,
});

function open(recovered: RecoveredSpool[] = [], options: ProtocolOptions = {}): GatewayProtocol {
  const protocol = new GatewayProtocol(CURRENT, recovered, () => 0.5, options);
  protocol.raiseCeiling(1_000_000);
  return protocol;
}

function append(protocol: GatewayProtocol, count: number, now = 0): void {
  for (let i = 0; i < count; i++) protocol.append(now);
}

const committed = (
  spool: string,
  ranges: NumberRange[],
  of: { gone?: NumberRange[]; closed?: boolean; epoch?: number; store?: string } = {},
) => ({
  store: of.store ?? STORE,
  epoch: of.epoch ?? 1,
  rejected: [],
  spools: [{ spool, ranges, gone: of.gone ?? [], closed: of.closed ?? false }],
});

const spans = (sendings: readonly Sending[]): string[] => sendings.map(({ spool, first, last }) => `${spool.id} ${first}-${last}`);
const ids = (spools: readonly SpoolState[]): string[] => spools.map(({ id }) => id);
const balance = (s: SpoolState) => s.heard.size + s.heldCount + Object.values(s.droppedCounts()).reduce((sum, count) => sum + count, 0);

describe('sending', () => {
  test('a new batch goes at once and once, and again when its time is over', () => {
    const protocol = open();
    protocol.connect();
    append(protocol, 3);
    expect(spans(protocol.due(0))).toEqual([`${CURRENT} 1-3`]);
    expect(spans(protocol.due(3999))).toEqual([]);
    expect(spans(protocol.due(4000))).toEqual([`${CURRENT} 1-3`]);
  });

  test('when a processor says that it hears, what is not committed since the connect goes again at once, and once', () => {
    const protocol = open([older(100)]);
    for (const now of [0, 10_000]) {
      protocol.connect();
      expect(spans(protocol.due(now))).toEqual([`${OLDER} 1-100`]);
      expect(protocol.due(now + 500)).toEqual([]);
      protocol.hearProcessor();
      expect(spans(protocol.due(now + 501))).toEqual([`${OLDER} 1-100`]);
      protocol.hearProcessor();
      expect(protocol.due(now + 502)).toEqual([]);
    }
  });

  test('also when it has committed what it heard a moment before', () => {
    const protocol = open([older(100)], { maxBatchReadings: 50 });
    protocol.connect();
    protocol.due(0);
    protocol.hear(committed(OLDER, [[51, 100]]), 250);
    protocol.hearProcessor();
    expect(spans(protocol.due(251))).toEqual([`${OLDER} 1-50`]);
  });

  test('while disconnected a batch spans a second, and nothing is sent', () => {
    const protocol = open();
    append(protocol, 2, 0);
    expect(protocol.due(999)).toEqual([]);
    expect(protocol.current.runs).toEqual([]);
    expect(protocol.due(1000)).toEqual([]);
    expect(protocol.current.runs).toMatchObject([{ first: 1, last: 2 }]);
  });

  test('nothing beyond the ceiling is sent before it is raised', () => {
    const protocol = new GatewayProtocol(CURRENT, [], () => 0.5);
    protocol.raiseCeiling(2);
    protocol.connect();
    append(protocol, 2);
    expect(spans(protocol.due(0))).toEqual([`${CURRENT} 1-2`]);
    append(protocol, 1);
    expect(protocol.due(1)).toEqual([]);
    protocol.raiseCeiling(100);
    expect(spans(protocol.due(2))).toEqual([`${CURRENT} 3-3`]);
  });

  test('after an outage the new goes first, the backlog in large batches within the window', () => {
    const protocol = open([older(250)], { windowBatches: 2, maxBatchReadings: 100 });
    append(protocol, 5);
    protocol.connect();
    expect(spans(protocol.due(0))).toEqual([`${CURRENT} 1-5`, `${OLDER} 1-100`, `${OLDER} 101-200`]);
    expect(protocol.underWay(1)).toBe(2);
    append(protocol, 1);
    expect(spans(protocol.due(1))).toEqual([`${CURRENT} 6-6`]);
    protocol.hear(committed(OLDER, [[1, 100]]), 2);
    expect(spans(protocol.due(2))).toEqual([`${OLDER} 201-250`]);
  });

  test('an expired resend leaves the window', () => {
    const protocol = open([older(200)], { windowBatches: 1, maxBatchReadings: 100 });
    protocol.connect();
    expect(spans(protocol.due(0))).toEqual([`${OLDER} 1-100`]);
    expect(protocol.underWay(3999)).toBe(1);
    expect(protocol.underWay(4000)).toBe(0);
  });

  test('seconds of an outage that follow each other travel together', () => {
    const protocol = open();
    for (let second = 0; second < 10; second++) {
      append(protocol, 4, second * 1000);
      protocol.due(second * 1000 + 1000);
    }
    expect(protocol.current.runs).toHaveLength(10);
    protocol.connect();
    expect(spans(protocol.due(10_000))).toEqual([`${CURRENT} 1-40`]);
  });

  test('a batch that was committed in part goes again without that part, and counts once in the window', () => {
    const protocol = open([older(10)], { windowBatches: 1 });
    protocol.connect();
    expect(spans(protocol.due(0))).toEqual([`${OLDER} 1-10`]);
    protocol.hear(
      committed(OLDER, [
        [1, 2],
        [5, 6],
      ]),
      1,
    );
    expect(protocol.underWay(2)).toBe(1);
    expect(protocol.spools[0]!.runs.map(({ first, last }) => [first, last])).toEqual([
      [3, 4],
      [7, 10],
    ]);
    protocol.hear(committed(OLDER, [[1, 6]]), 3);
    protocol.connect();
    expect(spans(protocol.due(4))).toEqual([`${OLDER} 7-10`]);
  });
});

describe('the back-off', () => {
  const timesOfSending = (protocol: GatewayProtocol, from: number, to: number): number[] => {
    const times: number[] = [];
    for (let now = from; now <= to; now += 100) if (protocol.due(now).length) times.push(now);
    return times;
  };

  test('doubles with every second resend without progress, up to its limit', () => {
    const protocol = open([], { baseBackoffMs: 1000, maxBackoffMs: 4000 });
    append(protocol, 1);
    protocol.connect();
    expect(timesOfSending(protocol, 0, 14_000)).toEqual([0, 1000, 2000, 4000, 6000, 10_000, 14_000]);
  });

  const resets: [string, (protocol: GatewayProtocol) => void, boolean][] = [
    ['new commits', (p) => p.hear(committed(CURRENT, [[1, 1]]), 9000), true],
    ['a reconnect', (p) => p.connect(), true],
    ['a new epoch', (p) => p.hear(committed(CURRENT, [], { epoch: 2 }), 9000), true],
    ['nothing new', (p) => p.hear(committed(CURRENT, []), 9000), false],
  ];
  test.each(resets)('after %s', (_name, act, sendsAgain) => {
    const protocol = open([], { baseBackoffMs: 1000 });
    append(protocol, 1);
    protocol.connect();
    protocol.due(0);
    append(protocol, 1);
    protocol.hear(committed(CURRENT, []), 0);
    expect(timesOfSending(protocol, 100, 8900).at(-1)).toBeGreaterThan(5000);
    act(protocol);
    expect(protocol.due(9000).length > 0).toBe(sendsAgain);
  });
});

test.each([
  ['at once', 100, []],
  ['after a long silence', 8900, [`${CURRENT} 1-1`]],
])('the first epoch that is heard %s', (_name, silentUntil, sent) => {
  const protocol = open([], { baseBackoffMs: 1000 });
  append(protocol, 1);
  protocol.connect();
  for (let now = 0; now <= silentUntil; now += 100) protocol.due(now);
  protocol.hear(committed(CURRENT, []), silentUntil);
  expect(spans(protocol.due(silentUntil + 1))).toEqual(sent);
});

describe('forgetting', () => {
  test('takes the union of what it hears', () => {
    const protocol = open([older(10)]);
    for (const ranges of [[[4, 6]], [[1, 2]], [[6, 8]]] as NumberRange[][]) protocol.hear(committed(OLDER, ranges), 0);
    expect(protocol.spools[0]!.heard.toArray()).toEqual([
      [1, 2],
      [4, 8],
    ]);
    expect(protocol.spools[0]!.oldest).toBe(3);
    expect(protocol.spools[0]!.heldCount).toBe(3);
  });

  const refused: [string, string, NumberRange[], NumberRange[], boolean][] = [
    ['what was sent', CURRENT, [[1, 3]], [], false],
    ['more than was sent', CURRENT, [[1, 4]], [], true],
    ['what was given up before it was sent', CURRENT, [[1, 3]], [[4, 5]], false],
    ['as gone what never was', CURRENT, [], [[1, 6]], true],
    ['up to the ceiling of an older spool', OLDER, [[1, 510]], [], false],
    ['more than the ceiling of an older spool', OLDER, [[1, 511]], [], true],
  ];
  test.each(refused)('an entry that names %s', (_name, spool, ranges, gone, isRefused) => {
    const protocol = open([older(10)]);
    protocol.connect();
    append(protocol, 3);
    protocol.due(0);
    append(protocol, 2);
    const held = protocol.heldCount;
    protocol.hear(committed(spool, ranges, { gone }), 1);
    expect(protocol.refusedEntries).toBe(isRefused ? 1 : 0);
    if (isRefused) expect(protocol.heldCount).toBe(held);
  });

  test('a drained spool is done with only when it is closed', () => {
    const protocol = open([older(10)]);
    expect(protocol.hear(committed(OLDER, [[1, 9]], { closed: true }), 0)).toEqual([]);
    expect(protocol.newlyDrained()).toEqual([]);
    expect(protocol.hear(committed(OLDER, [[1, 10]]), 1)).toEqual([]);
    expect(ids(protocol.newlyDrained())).toEqual([OLDER]);
    expect(protocol.newlyDrained()).toEqual([]);
    const twice = committed(OLDER, [[1, 10]], { closed: true });
    expect(ids(protocol.hear({ ...twice, spools: [...twice.spools, ...twice.spools] }, 2))).toEqual([OLDER]);
    expect(ids(protocol.spools)).toEqual([CURRENT]);
  });

  test('the current spool stays, whatever is said of it', () => {
    const protocol = open();
    protocol.connect();
    append(protocol, 2);
    protocol.due(0);
    expect(protocol.hear(committed(CURRENT, [[1, 2]], { closed: true }), 1)).toEqual([]);
    expect(ids(protocol.spools)).toEqual([CURRENT]);
  });

  test('a spool of which nothing was found is closed all the same', () => {
    const protocol = open([older(0, { ceiling: 0, present: new Ranges() })]);
    expect(ids(protocol.newlyDrained())).toEqual([OLDER]);
    expect(ids(protocol.hear(committed(OLDER, [[1, 40]], { closed: true }), 0))).toEqual([OLDER]);
  });
});

describe('the ledger', () => {
  test('after a power cut counts what the processor has beyond the recovered tail, and what it lacks as lost', () => {
    const protocol = open([older(5)]);
    const spool = protocol.spools[0]!;
    protocol.hear(
      committed(OLDER, [
        [1, 5],
        [7, 8],
      ]),
      0,
    );
    expect(spool.end).toBe(8);
    expect(spool.oldest).toBe(9);
    expect(spool.droppedCounts()).toEqual({ lost: 1 });
    expect(balance(spool)).toBe(8);
    expect(
      ids(
        protocol.hear(
          committed(
            OLDER,
            [
              [1, 5],
              [7, 8],
            ],
            { gone: [[6, 6]], closed: true },
          ),
          1,
        ),
      ),
    ).toEqual([OLDER]);
  });

  test('a dropped number that was stored after all counts as committed', () => {
    const protocol = open([older(10)]);
    const spool = protocol.spools[0]!;
    expect(protocol.drop(spool, 1, 4, 'full')).toBe(4);
    expect(spool.droppedCounts()).toEqual({ full: 4 });
    protocol.hear(committed(OLDER, [[3, 3]]), 0);
    expect(spool.droppedCounts()).toEqual({ full: 3 });
    expect(balance(spool)).toBe(10);
  });

  test('unsent readings of the current spool may be dropped, too', () => {
    const protocol = open();
    append(protocol, 10);
    expect(protocol.drop(protocol.current, 1, 6, 'full')).toBe(6);
    expect(protocol.current.oldest).toBe(7);
    protocol.connect();
    expect(spans(protocol.due(0))).toEqual([`${CURRENT} 7-10`]);
  });

  test('a rejected batch is set aside alone, but for what of it is committed', () => {
    const protocol = open([older(30)], { maxBatchReadings: 10 });
    const spool = protocol.spools[0]!;
    protocol.hear(committed(OLDER, [[12, 13]]), 0);
    expect(protocol.reject(OLDER, 11, 20)).toBe(8);
    expect(protocol.reject(OLDER, 11, 20)).toBe(0);
    expect(protocol.reject('unknown', 1, 2)).toBe(0);
    expect(spool.droppedCounts()).toEqual({ rejected: 8 });
    expect(spool.heldIn(1, 30)).toEqual([
      [1, 10],
      [21, 30],
    ]);
    expect(balance(spool)).toBe(30);
  });

  test('what is gone for the processor and there again after a power cut is set aside', () => {
    const protocol = open([older(10)]);
    const gone = committed(
      OLDER,
      [
        [1, 3],
        [7, 10],
      ],
      { gone: [[4, 6]], closed: true },
    );
    expect(ids(protocol.hear(gone, 0))).toEqual([OLDER]);
  });

  test('holes of a recovered spool are lost unless the processor has them', () => {
    const protocol = open([
      older(10, {
        present: new Ranges([
          [1, 2],
          [6, 10],
        ]),
        heard: [[3, 3]],
      }),
    ]);
    const spool = protocol.spools[0]!;
    expect(spool.droppedCounts()).toEqual({ lost: 2 });
    protocol.hear(committed(OLDER, [[3, 4]]), 0);
    expect(spool.droppedCounts()).toEqual({ lost: 1 });
    expect(balance(spool)).toBe(10);
  });
});

test('an hour of 40 straps drains without the protocol being felt', () => {
  const protocol = open();
  for (let second = 0; second < 3600; second++) {
    append(protocol, 80, second * 1000);
    protocol.due(second * 1000 + 1000);
  }
  protocol.connect();
  const begin = process.cpuUsage();
  let batches = 0;
  let last = 0;
  for (let now = 4_000_000; protocol.heldCount > 0; now += 50) {
    const sendings = protocol.due(now);
    batches += sendings.length;
    last = sendings.at(-1)?.last ?? last;
    protocol.hear(committed(CURRENT, [[1, last]]), now);
  }
  const { user, system } = process.cpuUsage(begin);
  expect(batches).toBeLessThan(310);
  expect((user + system) / 1000).toBeLessThan(1000);
});

test.each([1, 2])(
  'a spool of which nothing is ever committed does not keep another from being drained, of which sending %i is heard',
  (heardAt) => {
    const stuck = { id: 'spoolstuck', written: 30_000, ceiling: 30_000, present: new Ranges([[1, 30_000]]), heard: [], dropped: {} };
    const protocol = new GatewayProtocol('spoolcurrent', [stuck, { ...stuck, id: 'spoolother' }], () => 0.5);
    const sent = new Map<number, number>();
    protocol.connect();
    for (let s = 0; s < 900 && protocol.spools.some(({ id }) => id === 'spoolother'); s++)
      for (const { spool, first, last } of protocol.due(s * 1000, 4)) {
        if (spool.id !== 'spoolother') continue;
        const times = (sent.get(first) ?? 0) + 1;
        sent.set(first, times);
        const closed = spool.heldCount === last - first + 1;
        if (times >= heardAt)
          protocol.hear(
            { store: STORE, epoch: 1, rejected: [], spools: [{ spool: spool.id, ranges: [[first, last]], gone: [], closed }] },
            s * 1000,
          );
      }
    expect(protocol.spools.map(({ id }) => id)).toEqual(['spoolstuck', 'spoolcurrent']);
  },
);

describe('the store that counts', () => {
  const sentTen = (store?: string) => {
    const protocol = open([older(100)], store === undefined ? {} : { store });
    protocol.connect();
    append(protocol, 10);
    protocol.due(0);
    return protocol;
  };

  test('is the first one that is heard; another one changes nothing', () => {
    const protocol = sentTen();
    protocol.hear(committed(CURRENT, [[1, 2]]), 1);
    for (const foreign of [
      committed(CURRENT, [[1, 10]], { store: FOREIGN }),
      committed(CURRENT, [], { store: FOREIGN, epoch: 7 }),
      committed(CURRENT, [[1, 1e6]], { store: FOREIGN }),
      committed(OLDER, [[1, 50]], { store: FOREIGN, gone: [[51, 100]], closed: true }),
    ]) {
      expect(protocol.hear(foreign, 2)).toEqual([]);
      expect(protocol.heldCount).toBe(108);
      expect(protocol.due(2)).toEqual([]);
    }
    expect([protocol.store, protocol.refusedEntries]).toEqual([STORE, 0]);
    protocol.hear(committed(CURRENT, [[1, 10]]), 3);
    expect(protocol.heldCount).toBe(100);
  });

  test('is the one of a former process, whoever is heard first', () => {
    const protocol = sentTen(STORE);
    protocol.hear(committed(CURRENT, [[1, 10]], { store: FOREIGN }), 1);
    expect([protocol.store, protocol.heldCount]).toEqual([STORE, 110]);
  });

  test('changes by an order: what is held goes to the new one at once, and the counts stay whole', () => {
    const protocol = sentTen();
    protocol.hear(committed(CURRENT, [[1, 4]]), 1);
    protocol.hear(committed(OLDER, [[11, 20]]), 1);
    protocol.useStore(FOREIGN);
    expect(spans(protocol.due(2))).toEqual([`${OLDER} 1-10`, `${OLDER} 21-100`, `${CURRENT} 5-10`]);
    expect(protocol.spools.map((spool) => spool.droppedCounts())).toEqual([{ elsewhere: 10 }, { elsewhere: 4 }]);
    for (const spool of protocol.spools) expect(balance(spool)).toBe(spool.written);
    const rest: NumberRange[] = [
      [1, 10],
      [21, 100],
    ];
    expect(ids(protocol.hear(committed(OLDER, rest, { store: FOREIGN, gone: [[11, 20]], closed: true }), 3))).toEqual([OLDER]);
    protocol.useStore(STORE);
    protocol.hear(committed(CURRENT, [[1, 10]]), 4);
    expect(protocol.current).toMatchObject({ heldCount: 0 });
    expect([balance(protocol.current), protocol.current.droppedCounts()]).toEqual([10, {}]);
  });
});
