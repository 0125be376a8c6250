import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Id, MemberSecond } from '@pulseboard/contract';
import fc from 'fast-check';
import { lastTouchedSecond, memberSecond } from '../aggregation/member-second.js';
import { inOrder, type StoredReading } from '../aggregation/stored-reading.js';
import { addSecond, noTotals, type Totals } from '../aggregation/totals.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { batchesOf, disturbed } from '../test-data/arrivals.js';
import { ProcessorRun, roster } from '../test-data/processor-run.js';
import { between, createRandom } from '../test-data/random.js';
import { T0 } from '../test-data/readings.js';
import { type SimulatedClass, simulatedClass } from '../test-data/simulated-class.js';

const MEMBERS = ['ada', 'bruno', 'guest-ant-hr-3', 'guest-ble-a0b1c2d3e4f6', 'guest-ant-hr-1'];
const HOUR_MS = 3_600_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-order-'));
});
afterAll(() => rm(folder, { recursive: true }));

const openStore = (name: string) => () => DuckDbTimeSeriesStore.open(join(folder, `${name}.duckdb`));

/** The pure function over all readings, for every second that any of them touches. */
function oracle(readings: readonly StoredReading[]): MemberSecond[] {
  const byMember = new Map<Id, StoredReading[]>();
  for (const r of [...readings].sort(inOrder)) {
    const member = roster.memberOf(r.sensor, r.at);
    if (member) byMember.set(member, [...(byMember.get(member) ?? []), r]);
  }
  return [...byMember].flatMap(([member, list]) => {
    const seconds: MemberSecond[] = [];
    for (let s = Math.floor(list[0]!.at / 1000) * 1000; s <= lastTouchedSecond(list.at(-1)!.at); s += 1000) {
      const second = memberSecond(s, list, member, roster.profileOf(member, s));
      if (second) seconds.push(second);
    }
    return seconds;
  });
}

function totalsOf(seconds: readonly MemberSecond[]): Record<string, Totals> {
  const totals: Record<string, Totals> = {};
  for (const second of seconds) {
    const key = `${second.room}/${second.member}`;
    totals[key] ??= noTotals();
    addSecond(totals[key], second);
  }
  return totals;
}

/** What the store holds of a gym: its seconds, and its own sums of them. */
async function stored({ store }: ProcessorRun, gym: Id, rooms: readonly Id[]) {
  const all = { gym, from: 0, until: Number.MAX_SAFE_INTEGER, limit: 1_000_000 };
  const seconds = (await Promise.all(MEMBERS.map((member) => store.memberSeconds({ ...all, member })))).flat();
  const totals: Record<string, Totals> = {};
  for (const room of rooms) for (const [member, sums] of await store.totals({ gym, room, from: 0 })) totals[`${room}/${member}`] = sums;
  return { seconds: bySecond(seconds), totals };
}

const bySecond = (seconds: readonly MemberSecond[]): MemberSecond[] =>
  [...seconds].sort((a, b) => a.at - b.at || (a.member < b.member ? -1 : 1));

/** The boards add up while seconds are rewritten; the store adds up what stands. */
async function boardsAgree({ boards, store }: ProcessorRun, gym: Id): Promise<void> {
  for (const board of boards.all()) {
    if (board.gym !== gym || !board.session) continue;
    const { room, session } = board;
    const expected = await store.totals({ gym, room, from: Math.floor(session.startedAt / 1000) * 1000 });
    const counted = [...board.totals].filter(([, sums]) => sums.seconds !== 0 || sums.beats !== 0);
    expect(new Map(counted)).toEqual(expected);
  }
}

/** Each run has an hour of its own, each class a gym, so that all share a file and a flush. */
let runs = 0;
function classesOf(seeds: readonly number[]) {
  const begin = T0 + ++runs * HOUR_MS;
  return { begin, classes: seeds.map((seed, i) => simulatedClass(seed, { gym: `gym-${runs}-${i}`, begin, seconds: 40 })) };
}

async function agreesWithOracle(run: ProcessorRun, classes: readonly SimulatedClass[]): Promise<void> {
  for (const { gym, rooms, readings } of classes) {
    const expected = oracle(readings);
    same(await stored(run, gym, rooms), { seconds: bySecond(expected), totals: totalsOf(expected) });
    same(await run.store.readings({ gym, sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER }), readings);
  }
}

/** Jest's comparison takes seconds for so many values: it is left to say what differs. */
function same(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
}

const seeds = (count: number) => fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: count, maxLength: count });

test('the same readings in order, and shuffled, late and duplicated, give the same seconds and totals, to the last digit', async () => {
  const run = await ProcessorRun.start(openStore('ordered'), T0);
  const other = await ProcessorRun.start(openStore('disturbed'), T0);
  await fc.assert(
    fc.asyncProperty(seeds(4), async (list) => {
      const { begin, classes } = classesOf(list);
      const readings = classes.flatMap((each) => each.readings);
      const random = createRandom(list[0]!);
      run.now = other.now = begin;
      const inOrderOfTime = batchesOf(readings, () => 4);
      await run.takeAll(inOrderOfTime, () => 2500);
      const inAnyOrder = disturbed(readings, random);
      await other.takeAll(inAnyOrder, () => between(random, 100, 8000));
      for (const each of [run, other]) {
        await agreesWithOracle(each, classes);
        for (const { gym } of classes) await boardsAgree(each, gym);
      }
    }),
    { numRuns: 1, endOnFailure: true },
  );
  await run.store.close();
  await other.store.close();
});

test('so they do when the processor is restarted in the middle', async () => {
  const run = await ProcessorRun.start(openStore('restarted'), T0);
  await fc.assert(
    fc.asyncProperty(seeds(3), async (list) => {
      const { begin, classes } = classesOf(list);
      const random = createRandom(list[0]!);
      run.now = begin;
      const arrivals = disturbed(
        classes.flatMap((each) => each.readings),
        random,
      );
      await run.takeAll(
        arrivals,
        () => between(random, 100, 8000),
        async () => {
          if (random() < 0.1) await run.restart();
        },
      );
      await agreesWithOracle(run, classes);
    }),
    { numRuns: 1, endOnFailure: true },
  );
  await run.store.close();
});
