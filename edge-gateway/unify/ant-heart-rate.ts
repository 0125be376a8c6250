import type { Reading } from '@pulseboard/contract';
import { addHeartRatePage, pageModeAfter } from '../decode/heart-rate-beats.js';
import { decodeHeartRatePage, hasToggle } from '../decode/heart-rate-page.js';
import { learnBattery, makeReading, type Sensor } from './sensor.js';

/**
 * A reading at least once a second although nothing is new: on the frame after which the next one (8070/32768 s, 246 ms) would be too late.
 */
const REPEAT_AFTER_MS = 1000 - 246;

/**
 * Adds a heart-rate page of a strap: a reading for each new beat, when contact is lost or found, and once a second.
 * @throws DecodeError PAGE_LENGTH
 */
export function unifyAntHeartRate(sensor: Sensor, bytes: Uint8Array, at: number, rssiDbm: number | undefined): Reading | undefined {
  const page = decodeHeartRatePage(bytes, pageModeAfter(sensor.beats, hasToggle(bytes)));
  const step = addHeartRatePage(sensor.beats, page, at);
  sensor.beats = step.state;
  learnBattery(sensor, page.batteryPercent);

  const due = sensor.lastReadingAt === undefined || at - sensor.lastReadingAt >= REPEAT_AFTER_MS;
  if (!due && !step.newBeat && page.contact === sensor.contact) return undefined;
  sensor.contact = page.contact;
  return makeReading(sensor, at, {
    heartRateBpm: page.heartRateBpm,
    beatTimeMs: page.beatTimeMs,
    beatCount: page.beatCount,
    rrIntervalsMs: step.rrIntervalMs === undefined ? undefined : [step.rrIntervalMs],
    contact: page.contact,
    rssiDbm,
  });
}
