import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Id, MemberSecond } from '@pulseboard/contract';
import { pino } from 'pino';
import { Boards } from '../board/boards.js';
import { GatewayFleet } from '../ingest/gateway-fleet.js';
import { openPglite } from '../registry/pglite-database.js';
import { SqlRegistry } from '../registry/sql-registry.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { KeptFigures } from '../test-data/kept-figures.js';
import { pipelineOn } from '../test-data/pipeline-on.js';
import { roster } from '../test-data/processor-run.js';
import { readingAt, secondOf, T0 } from '../test-data/readings.js';
import { SessionTotals } from './session-totals.js';
import { Telemetry } from './telemetry.js';

const log = pino({ level: 'silent' });
const HOUR_S = 3600;

let folder: string;
let registry: SqlRegistry;
let store: DuckDbTimeSeriesStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-session-totals-'));
  registry = await SqlRegistry.open(await openPglite(join(folder, 'registry')));
  store = await DuckDbTimeSeriesStore.open(join(folder, 'store.duckdb'));
});
afterAll(async () => {
  await store.close();
  await registry.close();
  await rm(folder, { recursive: true });
});

/** A processor that tells of one room. Seconds come as a flush brings them: stored, and then made known. */
async function processorOf(room: Id, figures: KeptFigures) {
  await registry.ensureRoom('demo', room);
  const boards = new Boards(() => roster);
  const totals = new SessionTotals({ boards, registry, store, log });
  const clock = { now: T0 };
  const telemetry = new Telemetry({
    store: figures,
    processor: 'processor-demo',
    pipeline: await pipelineOn({ store, rosterOf: () => roster, clock: () => clock.now, boards }),
    fleet: new GatewayFleet({ clock: () => T0 }),
    sessions: totals,
    registry,
    deadLetters: store,
    health: () => ({ broker: 'connected', clockFaults: 0, derivedUntil: clock.now, memoryMb: 200 }),
    clock: () => clock.now,
    log,
  });
  const save = async () => {
    const { session } = boards.of('demo', room);
    if (session) await registry.saveSession(session);
  };
  return {
    boards,
    totals,
    tell: () => telemetry.tell(),
    /** A strap is heard, so that a session begins where none is. */
    async hear(atS: number): Promise<void> {
      clock.now = T0 + atS * 1000;
      boards.tick(clock.now);
      await save();
      boards.note(readingAt(atS * 1000, { room, heartRateBpm: 150 }), clock.now);
      await save();
    },
    async derive(after: readonly MemberSecond[], before: readonly MemberSecond[] = []): Promise<void> {
      await store.write({
        readings: [],
        replaced: [...before, ...after].map(({ gym, member, at }) => ({ gym, member, from: at, to: at })),
        seconds: after,
        spools: [],
        deadLetters: [],
        removedDeadLetters: [],
        watermarkAt: clock.now,
      });
      boards.derived(before, after);
      totals.changed(before);
      totals.changed(after);
    },
  };
}
const secondsOf = (room: Id, fromS: number, count: number, fields: Partial<MemberSecond> = {}): MemberSecond[] =>
  Array.from({ length: count }, (_, i) => secondOf(fromS + i, { room, ...fields }));
const picture = (figures: KeptFigures, room: Id) => ({
  sessions: figures.of('session', `room=${room}`).map(({ running, onBoard }) => ({ running, onBoard })),
  ada: figures.of('session_member', `room=${room}`, 'member=ada').map(({ seconds, onBoard }) => ({ seconds, onBoard })),
});

test.each(['lost', 'late'] as const)(
  'a session changed, and late seconds came, when a write was %s: they are told with the next',
  async (fault) => {
    const figures = new KeptFigures();
    const room = `room-${fault}`;
    const { tell, hear, derive } = await processorOf(room, figures);
    await hear(0);
    await derive(secondsOf(room, 0, 5));
    await tell();
    expect(picture(figures, room)).toEqual({ sessions: [{ running: '1i', onBoard: '1i' }], ada: [{ seconds: '5i', onBoard: '1i' }] });

    await hear(HOUR_S);
    await derive(secondsOf(room, HOUR_S, 3));
    await derive(secondsOf(room, 10, 2));
    figures.fault = fault;
    await tell();
    figures.fault = undefined;
    await tell();
    const expected = {
      sessions: [
        { running: '0i', onBoard: '0i' },
        { running: '1i', onBoard: '1i' },
      ],
      ada: [
        { seconds: '7i', onBoard: '0i' },
        { seconds: '3i', onBoard: '1i' },
      ],
    };
    expect(picture(figures, room)).toEqual(expected);
  },
);

test('seconds that come while their stretch is written are told with the next', async () => {
  const figures = new KeptFigures();
  const { totals, hear, derive } = await processorOf('grows', figures);
  await hear(0);
  await derive(secondsOf('grows', 0, 5));
  await hear(HOUR_S);
  await derive(secondsOf('grows', 10, 2));
  const { done } = await totals.rows(T0);
  await derive(secondsOf('grows', 12, 1));
  done();
  const { members, done: doneToo } = await totals.rows(T0);
  expect(members.map(({ member, seconds }) => ({ member, seconds }))).toEqual([{ member: 'ada', seconds: 8 }]);
  doneToo();
  expect((await totals.rows(T0)).members).toEqual([]);
});

test.each(['lost', 'late'] as const)(
  'a guest who is a member is on no board any more, also when that was not written at once (%s)',
  async (fault) => {
    const figures = new KeptFigures();
    const room = `guests-${fault}`;
    const { boards, tell, hear, derive } = await processorOf(room, figures);
    await hear(0);
    const asGuest = secondsOf(room, 0, 5, { member: 'guest-1' });
    await derive([...asGuest, ...secondsOf(room, 0, 1)]);
    await tell();
    const guest = () =>
      figures
        .of('session_member', `room=${room}`, 'member=guest-1')
        .map(({ seconds, onBoard, energySeconds }) => ({ seconds, onBoard, energySeconds }));
    expect(guest()).toEqual([{ seconds: '5i', onBoard: '1i', energySeconds: '5i' }]);

    await derive(secondsOf(room, 0, 5), asGuest);
    // As after an outage of the store: the sums are those that it has.
    boards.of('demo', room).recount(await store.totals({ gym: 'demo', room, from: T0 }));
    figures.fault = fault;
    await tell();
    figures.fault = undefined;
    await tell();
    expect(guest()).toEqual([{ seconds: '0i', onBoard: '0i', energySeconds: '0i' }]);
    expect(picture(figures, room).ada).toEqual([{ seconds: '5i', onBoard: '1i' }]);
  },
);

test('a guest who is a member is told once', async () => {
  const { boards, totals, hear, derive } = await processorOf('once', new KeptFigures());
  await hear(0);
  const asGuest = secondsOf('once', 0, 5, { member: 'guest-1' });
  const toldMembers = async () => {
    const { members, done } = await totals.rows(T0);
    done();
    return members.map(({ member, seconds }) => [member, seconds]);
  };
  await derive(asGuest);
  expect(await toldMembers()).toEqual([['guest-1', 5]]);
  await derive(secondsOf('once', 0, 5), asGuest);
  boards.of('demo', 'once').recount(await store.totals({ gym: 'demo', room: 'once', from: T0 }));
  expect(await toldMembers()).toEqual([
    ['ada', 5],
    ['guest-1', 0],
  ]);
  expect(await toldMembers()).toEqual([['ada', 5]]);
});

test('a session without a second ends, too', async () => {
  const figures = new KeptFigures();
  const { tell, hear } = await processorOf('empty', figures);
  for (const atS of [0, HOUR_S]) {
    await hear(atS);
    await tell();
  }
  expect(picture(figures, 'empty').sessions).toEqual([
    { running: '0i', onBoard: '0i' },
    { running: '1i', onBoard: '1i' },
  ]);
});

test('energy that is not known any more leaves no kcal behind', async () => {
  const figures = new KeptFigures();
  const { tell, hear, derive } = await processorOf('energy', figures);
  const energy = () => figures.of('session_member', 'room=energy').map(({ microKcal, energySeconds }) => ({ microKcal, energySeconds }));
  await hear(0);
  const known = secondsOf('energy', 0, 2);
  await derive(known);
  await tell();
  expect(energy()).toEqual([{ microKcal: `${2 * known[0]!.microKcal!}i`, energySeconds: '2i' }]);
  await derive(
    known.map(({ microKcal: _, ...second }) => second),
    known,
  );
  await tell();
  expect(energy()).toEqual([{ microKcal: '0i', energySeconds: '0i' }]);
});
