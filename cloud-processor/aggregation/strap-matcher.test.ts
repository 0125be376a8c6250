import { antReadings, bleReadings } from '../test-data/dual-strap.js';
import { beatTimes, type Heart } from '../test-data/hearts.js';
import { createRandom } from '../test-data/random.js';
import { T0 } from '../test-data/readings.js';
import { heardBy } from '../test-data/strap-trial.js';
import type { StoredReading } from './stored-reading.js';
import { type FoundPair, StrapMatcher } from './strap-matcher.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const working: Heart = { bpm: () => 150, effort: 0.75 };

/** A person's strap, heard from `fromMs` until `untilMs` after T0 under each of the ids. */
function strap(seed: number, ids: readonly string[], fromMs = 0, untilMs = MINUTE_MS): StoredReading[] {
  const random = createRandom(seed);
  const beats = beatTimes(working, untilMs - fromMs, random);
  return heardBy(
    ids.map((id) =>
      id.startsWith('ant')
        ? antReadings(id, beats, T0 + fromMs, { loss: 0.03 }, random)
        : bleReadings(id, beats, T0 + fromMs, { loss: 0 }, random),
    ),
  );
}
const inTime = (...lists: StoredReading[][]) => lists.flat().sort((a, b) => a.at - b.at);

let matcher: StrapMatcher;
beforeEach(() => {
  matcher = new StrapMatcher();
});
const noteAll = (readings: readonly StoredReading[], now?: number): FoundPair[] =>
  readings.flatMap((reading) => matcher.note(reading, now ?? reading.at) ?? []);
const names = (found: readonly FoundPair[]) => found.map(({ sensor, twin }) => `${sensor} ${twin}`);

test('of a room at one heart rate each strap is found once, and with its own twin', () => {
  const room = [1, 2, 3, 4].map((person) => strap(person, [`ant-hr-${person}`, `ble-${person}`]));
  const found = noteAll(inTime(...room, strap(5, ['ant-hr-5']), strap(6, ['ble-6'])));
  expect(names(found).sort()).toEqual(['ble-1 ant-hr-1', 'ble-2 ant-hr-2', 'ble-3 ant-hr-3', 'ble-4 ant-hr-4']);
  for (const { gym, agreement } of found) {
    expect(gym).toBe('demo');
    expect(agreement.compared).toBeGreaterThan(40);
    expect(agreement.agreed).toBe(agreement.compared);
  }
});

test('straps of two gyms are two', () => {
  const there = strap(1, ['ble-1']).map((reading) => ({ ...reading, gym: 'other' }));
  expect(noteAll(inTime(strap(1, ['ant-hr-1']), there))).toEqual([]);
});

test('an ANT+ strap has one twin, a Bluetooth one too', () => {
  expect(names(noteAll(strap(1, ['ant-hr-1', 'ble-1', 'ble-2'])))).toHaveLength(1);
  matcher = new StrapMatcher();
  expect(names(noteAll(strap(1, ['ant-hr-1', 'ant-hr-2', 'ble-1'])))).toHaveLength(1);
});

test('what is known is not found again: a link, nor what an operator overruled', () => {
  matcher.know('demo', [{ sensor: 'ble-1', twin: 'ant-hr-9', isLinked: true }]);
  expect(noteAll(strap(1, ['ant-hr-1', 'ble-1']))).toEqual([]);
  matcher.know('demo', [{ sensor: 'ble-1', twin: 'ant-hr-1', isLinked: false }]);
  expect(noteAll(strap(1, ['ant-hr-1', 'ble-1'], 10 * MINUTE_MS, 11 * MINUTE_MS))).toEqual([]);
  matcher.know('demo', []);
  expect(names(noteAll(strap(1, ['ant-hr-1', 'ble-1'], 20 * MINUTE_MS, 21 * MINUTE_MS)))).toEqual(['ble-1 ant-hr-1']);
});

test('an overruled one may have another twin', () => {
  matcher.know('demo', [{ sensor: 'ble-1', twin: 'ant-hr-9', isLinked: false }]);
  expect(names(noteAll(strap(1, ['ant-hr-1', 'ble-1'])))).toEqual(['ble-1 ant-hr-1']);
});

test('of a known pair it is told how well its beats agree, when both were heard last', () => {
  const pair = { sensor: 'ble-1', twin: 'ant-hr-1' };
  matcher.know('demo', [
    { ...pair, isLinked: true },
    { sensor: 'ble-2', twin: 'ant-hr-2', isLinked: false },
  ]);
  const readings = inTime(strap(1, ['ant-hr-1', 'ble-1']), strap(2, ['ble-2'], 0, 2 * MINUTE_MS), strap(3, ['ant-hr-2']));
  expect(noteAll(readings)).toEqual([]);
  const one = matcher.agreementOf('demo', pair)!;
  expect(one.agreed).toBe(one.compared);
  const two = matcher.agreementOf('demo', { sensor: 'ble-2', twin: 'ant-hr-2' })!;
  expect(two.agreed).toBeLessThan(two.compared * 0.8);
  expect(two.at - T0).toBeLessThan(MINUTE_MS + 5000);
  expect(matcher.agreementOf('demo', { sensor: 'ble-3', twin: 'ant-hr-3' })).toBeUndefined();
});

describe('since when they are one', () => {
  const fromOf = (readings: readonly StoredReading[]) => noteAll(readings).map(({ from }) => from - T0);

  test('the second in which the first of them was heard', () => {
    const early = strap(9, ['ant-hr-1'], -20 * MINUTE_MS, -1000).filter(({ at }) => at >= T0 - 20 * MINUTE_MS + 2500);
    expect(fromOf(inTime(early, strap(1, ['ant-hr-1', 'ble-1'])))).toEqual([-20 * MINUTE_MS + 2000]);
  });

  test.each([
    ['up to 5 min are a pause', 4.9, [-20 * MINUTE_MS]],
    ['more is another presence', 5.1, [0]],
  ])('%s', (_, pauseMinutes, from) => {
    const early = strap(9, ['ble-1'], -20 * MINUTE_MS, -pauseMinutes * MINUTE_MS);
    const found = fromOf(inTime(early, strap(1, ['ant-hr-1', 'ble-1'])));
    expect(found.map((ms) => Math.round(ms / MINUTE_MS) * MINUTE_MS + 0)).toEqual(from);
  });

  test('at most 12 h', () => {
    const early = strap(9, ['ant-hr-1'], -13 * HOUR_MS, 0).filter((_, i) => i % 300 === 0);
    const [from] = fromOf(inTime(early, strap(1, ['ant-hr-1', 'ble-1'])));
    expect(from! + 12 * HOUR_MS).toBeGreaterThan(19_000);
    expect(from! + 12 * HOUR_MS).toBeLessThan(MINUTE_MS);
  });

  test('of a pair that an operator names, as far as it was heard', () => {
    noteAll(strap(1, ['ant-hr-1'], 1500, 5000));
    expect(matcher.presentSince('demo', { sensor: 'ble-1', twin: 'ant-hr-1' })! - T0).toBe(1000);
    expect(matcher.presentSince('demo', { sensor: 'ble-1', twin: 'ant-hr-2' })).toBeUndefined();
  });
});

test('what an outage held back does not confuse it', () => {
  const late = strap(2, ['ant-hr-1', 'ble-1'], -HOUR_MS, -HOUR_MS + MINUTE_MS);
  const live = strap(1, ['ant-hr-1', 'ble-1']);
  const mixed = live.flatMap((reading, i) => (late[i] ? [reading, late[i]] : [reading]));
  expect(noteAll(mixed, T0 + MINUTE_MS).map(({ from }) => from)).toEqual([T0]);
});

test('nor does a clock that is ahead, the gateway’s or our own', () => {
  const ahead = strap(3, ['ant-hr-1', 'ble-1'], HOUR_MS, HOUR_MS + MINUTE_MS);
  expect(noteAll(ahead, T0)).toEqual([]);
  noteAll(strap(3, ['ant-hr-1'], HOUR_MS, HOUR_MS + 10_000));
  noteAll(strap(3, ['ble-1'], HOUR_MS, HOUR_MS + 10_000));
  expect(names(noteAll(strap(1, ['ant-hr-1', 'ble-1'])))).toEqual(['ble-1 ant-hr-1']);
});

test('foot pods, and straps that only advertise, are left out', () => {
  const advertised = strap(1, ['ble-1']).map(({ beats: _, rrIntervalsMs: _1, ...reading }) => reading);
  const pod = strap(1, ['ble-2']).map(({ heartRateBpm: _, contact: _1, ...reading }) => ({ ...reading, cadenceSpm: 160 }));
  expect(noteAll(inTime(strap(1, ['ant-hr-1']), advertised, pod))).toEqual([]);
  expect(matcher.presentSince('demo', { sensor: 'ble-2', twin: 'ant-hr-2' })).toBeUndefined();
});
