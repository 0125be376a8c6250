import type { Reading } from '@pulseboard/contract';
import { BeatHistory, HISTORY_MS } from '../aggregation/beat-history.js';
import { agreementOf, isOneHeart } from '../aggregation/same-heart.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { StrapMatcher } from '../aggregation/strap-matcher.js';
import { type AntStrap, antReadings, type BleStrap, bleReadings } from './dual-strap.js';
import { beatTimes, type Heart } from './hearts.js';
import { createRandom } from './random.js';
import { T0 } from './readings.js';

export const ANT = 'ant-hr-1';
export const BLE = 'ble-a0b1c2d3e4f5';

export interface Trial {
  heart: Heart;
  ant: AntStrap;
  ble: BleStrap;
  seconds: number;
}

/** A strap's readings, of both protocols by two gateways, in order of time. */
export function readingsOf({ heart, ant, ble, seconds }: Trial, seed: number): StoredReading[] {
  const random = createRandom(seed);
  const beats = beatTimes(heart, seconds * 1000, random);
  return heardBy([antReadings(ANT, beats, T0, ant, random), bleReadings(BLE, beats, T0, ble, random)]);
}

/** Each list by a gateway of its own, merged in order of time. */
export const heardBy = (lists: readonly Reading[][]): StoredReading[] =>
  lists
    .flatMap((list, i) =>
      list.map((reading, n) => ({ gym: 'demo', room: 'main', gateway: `gateway-${i}`, spool: `spool000${i}`, number: n + 1, ...reading })),
    )
    .sort((a, b) => a.at - b.at);

/** How long both are heard until they are found to be one, s; undefined: they are not. */
export function secondsToLink(readings: readonly StoredReading[]): number | undefined {
  const matcher = new StrapMatcher();
  const firstAt = (sensor: string) => readings.find((reading) => reading.sensor === sensor)!.at;
  const bothFrom = Math.max(firstAt(ANT), firstAt(BLE));
  const found = readings.find((reading) => matcher.note(reading, reading.at));
  return found && (found.at - bothFrom) / 1000;
}

/** What came of holding two different people against each other. */
export interface Strangers {
  comparisons: number;
  links: number;
  /** Of comparisons that are long enough. */
  highestShare: number;
  /** Among those in which the share alone would do: the nearest that any came to a link, as a decimal logarithm. */
  leastLog10Chance: number;
}

/** Pairs of two people, one heard on ANT+, the other one by Bluetooth, compared every 2 s, whether it looks worth while or not. */
export function strangers(heart: Heart, { pairs, minutes }: { pairs: number; minutes: number }, seed: number): Strangers {
  const result: Strangers = { comparisons: 0, links: 0, highestShare: 0, leastLog10Chance: 0 };
  for (let pair = 0; pair < pairs; pair++) {
    const [one, other] = [createRandom(seed + 2 * pair), createRandom(seed + 2 * pair + 1)];
    const ant = antReadings(ANT, beatTimes(heart, minutes * 60_000, one), T0, { loss: 0.03 }, one);
    const ble = bleReadings(BLE, beatTimes(heart, minutes * 60_000, other), T0, { loss: 0.002 }, other);
    compareAll(heardBy([ant, ble]), result);
  }
  return result;
}

/** Adds the comparisons of a stretch of readings to a result. */
export function compareAll(readings: readonly StoredReading[], result: Strangers): void {
  const [a, b] = [new BeatHistory(), new BeatHistory()];
  let dueAt = 0;
  for (const reading of readings) {
    (reading.sensor === ANT ? a : b).note(reading);
    if (reading.at < dueAt) continue;
    dueAt = reading.at + 2000;
    const agreement = agreementOf(a, b, reading.at - HISTORY_MS);
    if (!agreement || agreement.compared < 16 || agreement.spanMs < 20_000) continue;
    const share = agreement.agreed / agreement.compared;
    result.comparisons++;
    if (isOneHeart(agreement)) result.links++;
    result.highestShare = Math.max(result.highestShare, share);
    if (share >= 0.9) result.leastLog10Chance = Math.min(result.leastLog10Chance, agreement.log10Chance);
  }
}
