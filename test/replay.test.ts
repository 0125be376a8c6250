import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reading } from '@pulseboard/contract';
import { health, type MemberHeartRate, memberHeartRate } from './harness/api.js';
import { hasWorkouts, NO_WORKOUTS, recordings, testWhere } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { ReadingCollector } from './harness/reading-collector.js';
import { cleanUp, START_TIMEOUT_MS, startSystem } from './harness/system.js';
import { type Figures, figuresOf, readNumbers } from './recorded-figures.js';

/** The recordings last seven hours; the gateway holds them back where the machine is slower than this. */
const SPEED = '2000';
const TICK_MS = 1000 / 1024;
const LONGEST_RR_MS = 2500;
/** Two readings of one strap further apart have a silence between them. */
const GAP_MS = 10_000;
const workouts = join(recordings, 'workouts');
const testReplay = testWhere(hasWorkouts, `replays of real workouts: ${NO_WORKOUTS}`);

interface Replayed {
  file: string;
  rrIntervalsMs?: number[];
  expected: Figures;
  answer: MemberHeartRate;
  readings: Reading[];
}
let replayed: Replayed[] = [];

beforeAll(async () => {
  if (hasWorkouts) replayed = await replay();
}, START_TIMEOUT_MS);
afterAll(cleanUp);

/** Plays all recordings once and asks for everybody. */
async function replay(): Promise<Replayed[]> {
  const collector = new ReadingCollector();
  const { child, url } = await startSystem(
    { PULSEBOARD_RADIO: 'replay', PULSEBOARD_REPLAY_DIR: workouts, PULSEBOARD_REPLAY_SPEED: SPEED },
    { onBroker: (mqttUrl) => collector.open(mqttUrl) },
  );
  const [, startedAt] = await child.line(/^ {2}gateway .*from (\S+)$/);
  const offsetS = (Date.parse(startedAt!) % 1000) / 1000;
  await child.line(/^The recording has ended/, 100_000);
  const endedAt = Date.now();
  await eventually('everything stored and derived', async () => {
    const { readings, derivedUntil } = await health(url);
    return readings.waiting === 0 && derivedUntil > endedAt && collector.size === readings.stored;
  });
  const bySensor = collector.bySensor();
  const found: Replayed[] = [];
  for (const line of child.stdout) {
    const [, member, file] = /^ {4}(guest-\S+) +(\S+\.csv)$/.exec(line) ?? [];
    if (!member || !file) continue;
    const csv = join(workouts, file);
    const rrFile = csv.replace(/\.csv$/, '.rr.csv');
    const rrIntervalsMs = existsSync(rrFile) ? readNumbers(rrFile).map(([rr]) => rr!) : undefined;
    found.push({
      file,
      ...(rrIntervalsMs ? { rrIntervalsMs } : {}),
      expected: figuresOf(csv, offsetS, rrIntervalsMs),
      answer: await memberHeartRate(url, member),
      readings: bySensor.get(member.replace('guest-', '')) ?? [],
    });
  }
  await collector.close();
  expect(await child.stop()).toEqual({ code: 0, signal: null });
  return found;
}

testReplay('mean, lowest and highest heart rate and seconds of every workout are those of its recording', () => {
  expect(replayed.length).toBeGreaterThanOrEqual(12);
  process.stderr.write(`${table(replayed).join('\n')}\n`);
  for (const { file, expected, answer } of replayed) {
    const off = {
      mean: Math.abs(answer.meanBpm! - expected.meanBpm) > 0.5,
      lowest: Math.abs(answer.minBpm! - expected.minBpm) > 1,
      highest: Math.abs(answer.maxBpm! - expected.maxBpm) > 1,
      // Of a recording of one minute a hundredth is less than a second, and seconds are whole.
      seconds: Math.abs(answer.seconds - expected.seconds) > Math.max(1, expected.seconds / 100),
    };
    expect({ file, off }).toEqual({ file, off: { mean: false, lowest: false, highest: false, seconds: false } });
  }
});

testReplay('no RR interval is beyond what a heart does, and none spans a silence', () => {
  for (const { file, readings } of replayed) {
    const intervals = readings.flatMap((reading) => reading.rrIntervalsMs ?? []);
    expect(intervals.length).toBeGreaterThan(0);
    const odd = intervals.filter((rr) => !(rr > 0 && rr <= LONGEST_RR_MS));
    const acrossGaps = readings.filter(({ at, rrIntervalsMs }, i) => rrIntervalsMs && i > 0 && at - readings[i - 1]!.at > GAP_MS);
    expect({ file, odd, acrossGaps }).toEqual({ file, odd: [], acrossGaps: [] });
  }
  const stored = replayed.flatMap(({ answer }) => answer.perSecond.map(({ meanRrMs }) => meanRrMs ?? 1));
  expect(Math.min(...minMax(stored))).toBeGreaterThan(0);
  expect(Math.max(...minMax(stored))).toBeLessThanOrEqual(LONGEST_RR_MS);
});

testReplay('recorded RR intervals come back one by one, within a tick of the strap', () => {
  const beatByBeat = replayed.filter(({ rrIntervalsMs }) => rrIntervalsMs);
  expect(beatByBeat.length).toBeGreaterThanOrEqual(2);
  for (const { file, rrIntervalsMs, readings } of beatByBeat) {
    const back = readings.flatMap((reading) => reading.rrIntervalsMs ?? []);
    expect({ file, intervals: back.length }).toEqual({ file, intervals: rrIntervalsMs!.length });
    const worst = Math.max(...back.map((rr, i) => Math.abs(rr - rrIntervalsMs![i]!)));
    // Intervals are told to a tenth of a millisecond.
    expect(worst).toBeLessThanOrEqual(TICK_MS + 0.05);
  }
});

/** Far too many for the arguments of `Math.min`. */
const minMax = (values: readonly number[]): [number, number] =>
  values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Number.POSITIVE_INFINITY, 0] as [
    number,
    number,
  ]);

function table(rows: readonly Replayed[]): string[] {
  const cell = (expected: number, got: number | undefined, digits: number) =>
    `${expected.toFixed(digits)} ${got?.toFixed(digits)}`.padStart(14);
  return [
    `${'recording, then API'.padEnd(22)}${['mean bpm', 'lowest', 'highest', 'seconds'].map((name) => name.padStart(14)).join('')}`,
    ...rows.map(
      ({ file, expected, answer }) =>
        file.padEnd(22) +
        cell(expected.meanBpm, answer.meanBpm, 1) +
        cell(expected.minBpm, answer.minBpm, 0) +
        cell(expected.maxBpm, answer.maxBpm, 0) +
        cell(expected.seconds, answer.seconds, 0),
    ),
  ];
}
