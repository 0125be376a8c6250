import { describeOnInflux } from '@pulseboard/cloud-processor/influx-server';
import { EVALUATED_EVERY_S, rules } from '../alerting/rules.js';
import { firing } from './evaluate-rule.js';
import { InfluxDatabases } from './influx-databases.js';

/** 2026-01-31T18:00:00Z and 7.3 s: no rule may need whole seconds. */
const T = 1_769_882_407_300;

type Lines = (at: number) => string[];
interface Case {
  name: string;
  /** What is in InfluxDB at T. */
  lines: Lines;
  /** Whom the rule tells of, by one label. */
  fires: string[];
}

const stamp = (at: number) => `${Math.floor(at / 1000)}000000000`;
/** Whole seconds of the last `s`, but for those of the last `arrivedS`, which have not come yet. */
const secondsOf = (at: number, s: number, arrivedS = 1): number[] =>
  Array.from({ length: s - arrivedS }, (_, i) => Math.floor(at / 1000) * 1000 - (i + arrivedS) * 1000);
const member =
  (name: string, percent: (agoS: number) => number | undefined, lastS = 120): Lines =>
  (at) =>
    secondsOf(at, lastS).flatMap((second) => {
      const share = percent((at - second) / 1000);
      return share === undefined
        ? []
        : [`member_second,gym=demo,member=${name},room=main percentOfMax=${share},seconds=1i ${stamp(second)}`];
    });
/** What is written every 10 s, with a value by its age. */
const every10s =
  (series: string, field: (agoS: number) => string | undefined, lastS = 600): Lines =>
  (at) =>
    Array.from({ length: lastS / 10 }, (_, i) => i * 10 + 3).flatMap((agoS) => {
      const fields = field(agoS);
      return fields === undefined ? [] : [`${series} ${fields} ${stamp(at - agoS * 1000)}`];
    });
const gateway = (name: string) => `gateway_health,gateway=${name},gym=demo,room=main`;
const all =
  (...parts: Lines[]): Lines =>
  (at) =>
    parts.flatMap((lines) => lines(at));

const cases: Record<string, Case[]> = {
  'pulseboard-above-limit': [
    {
      name: 'above for a minute',
      lines: all(
        member('ada', () => 103.2),
        member('bruno', () => 99.9),
      ),
      fires: ['ada'],
    },
    { name: 'above for 25 s only', lines: member('ada', (agoS) => (agoS < 25 ? 103.2 : 95)), fires: [] },
    { name: 'above, but for one second 12 s ago', lines: member('ada', (agoS) => (Math.floor(agoS) === 12 ? 99 : 103.2)), fires: [] },
    { name: 'exactly at the limit', lines: member('ada', () => 100), fires: [] },
    { name: 'was above, and left', lines: member('ada', (agoS) => (agoS > 40 ? 104 : undefined)), fires: [] },
  ],
  'pulseboard-strap-lost': [
    {
      name: 'one of four falls silent 30 s ago',
      lines: all(
        member('ada', (agoS) => (agoS > 30 ? 80 : undefined)),
        ...['bruno', 'chiara', 'deniz'].map((name) => member(name, () => 75)),
      ),
      fires: ['ada'],
    },
    {
      name: 'everybody is heard',
      lines: all(
        member('ada', () => 80),
        member('bruno', () => 75),
      ),
      fires: [],
    },
    {
      name: 'silent for 8 s',
      lines: all(
        member('ada', (agoS) => (agoS > 8 ? 80 : undefined)),
        member('bruno', () => 75),
      ),
      fires: [],
    },
    {
      name: 'the class is over: all fall silent within 20 s',
      lines: all(...['ada', 'bruno', 'chiara', 'deniz'].map((name, i) => member(name, (agoS) => (agoS > 20 + i * 5 ? 80 : undefined)))),
      fires: [],
    },
    {
      name: 'silent for more than a minute: gone from the board',
      lines: all(
        member('ada', (agoS) => (agoS > 80 ? 80 : undefined)),
        member('bruno', () => 75),
      ),
      fires: [],
    },
  ],
  'pulseboard-gateway-offline': [
    {
      name: 'offline for two minutes',
      lines: all(
        every10s(gateway('gateway-1'), (agoS) => `online=${agoS < 120 ? 0 : 1}i`),
        every10s(gateway('gateway-2'), () => 'online=1i'),
      ),
      fires: ['gateway-1'],
    },
    { name: 'offline for 20 s', lines: every10s(gateway('gateway-1'), (agoS) => `online=${agoS < 20 ? 0 : 1}i`), fires: [] },
    { name: 'forgotten long ago', lines: every10s(gateway('gateway-1'), (agoS) => (agoS > 300 ? 'online=0i' : undefined)), fires: [] },
  ],
  'pulseboard-spool-growing': [
    {
      name: 'ten more each 10 s, since ten minutes ago',
      lines: all(
        every10s(gateway('gateway-1'), (agoS) => `waiting=${12 + 1200 - agoS * 2}i`),
        every10s(gateway('gateway-2'), () => 'waiting=12i'),
      ),
      fires: ['gateway-1'],
    },
    {
      name: 'an outage of a minute that is caught up',
      lines: every10s(gateway('gateway-1'), (agoS) => `waiting=${agoS > 100 && agoS < 160 ? 900 : 12}i`),
      fires: [],
    },
    { name: 'much that gets less', lines: every10s(gateway('gateway-1'), (agoS) => `waiting=${100_000 + agoS * 20}i`), fires: [] },
  ],
  'pulseboard-ledger-gateway': [
    {
      name: 'out by one',
      lines: all(
        every10s(gateway('gateway-1'), () => 'imbalance=1i'),
        every10s(gateway('gateway-2'), () => 'imbalance=0i'),
      ),
      fires: ['gateway-1'],
    },
    { name: 'balanced', lines: every10s(gateway('gateway-1'), () => 'imbalance=0i'), fires: [] },
    { name: 'out for one message', lines: every10s(gateway('gateway-1'), (agoS) => `imbalance=${agoS === 13 ? 4 : 0}i`), fires: [] },
  ],
  'pulseboard-ledger-processor': [
    { name: 'out by one', lines: every10s('pipeline_health,processor=processor-demo', () => 'imbalance=1i'), fires: ['processor-demo'] },
    { name: 'balanced', lines: every10s('pipeline_health,processor=processor-demo', () => 'imbalance=0i'), fires: [] },
  ],
  'pulseboard-no-data': [
    { name: 'nothing ever', lines: () => [], fires: [''] },
    {
      name: 'nothing for two minutes',
      lines: every10s('pipeline_health,processor=processor-demo', (agoS) => (agoS > 120 ? 'received=9i' : undefined)),
      fires: [''],
    },
    {
      name: 'nobody in the gym, and the processor there',
      lines: every10s('pipeline_health,processor=processor-demo', () => 'received=0i'),
      fires: [],
    },
    {
      name: 'one report that is missing',
      lines: every10s('pipeline_health,processor=processor-demo', (agoS) => (agoS === 13 ? undefined : 'received=9i')),
      fires: [],
    },
  ],
};

describeOnInflux('alert rules on a real InfluxDB', () => {
  let influx: InfluxDatabases;
  beforeAll(async () => {
    influx = await InfluxDatabases.start();
  });
  afterAll(() => influx?.stop());

  const built = rules().map((rule) => rule.build());
  let databases = 0;

  test('every rule has cases in which it fires and in which it does not', () => {
    expect(Object.keys(cases).sort()).toEqual(built.map(({ uid }) => uid!).sort());
    for (const each of Object.values(cases)) expect(new Set(each.map(({ fires }) => fires.length > 0)).size).toBe(2);
  });

  describe.each(built.map((rule) => [rule.title, rule] as const))('%s', (_, rule) => {
    test.each(cases[rule.uid!]!.map((each) => [each.fires.length ? `fires: ${each.name}` : `does not: ${each.name}`, each] as const))(
      '%s',
      async (_, { lines, fires }) => {
        const database = `case${++databases}`;
        await influx.create(database);
        await influx.write(database, lines(T));
        const told = await firing(rule, T, EVALUATED_EVERY_S, (statement) => influx.query(database, statement));
        expect(told.map((labels) => labels.member ?? labels.gateway ?? labels.processor ?? '')).toEqual(fires);
      },
    );
  });
});
