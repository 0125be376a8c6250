import type { Reading } from '@pulseboard/contract';
import { addHeartRatePage, pageModeAfter } from '../decode/heart-rate-beats.js';
import { decodeHeartRatePage, emptyHeartbeat, type HeartRatePage, hasToggle } from '../decode/heart-rate-page.js';
import { learnBattery, makeReading, type ReadingFields, type Sensor } from './sensor.js';

/**
 * A reading at least once a second although nothing is new: on the frame after which the next one (8070/32768 s, 246 ms) would be too late.
 */
const REPEAT_AFTER_MS = 1000 - 246;

/**
 * Adds a heart-rate page of a strap: a reading for each new beat, when contact is lost or found, and once a second.
 * A page without a heartbeat (`emptyHeartbeat`) leaves the counters as they were, and gives a reading only when its bpm says something.
 * @throws DecodeError PAGE_LENGTH
 */
export function unifyAntHeartRate(sensor: Sensor, bytes: Uint8Array, at: number, rssiDbm: number | undefined): Reading | undefined {
  const page = decodeHeartRatePage(bytes, pageModeAfter(sensor.beats, hasToggle(bytes)));
  learnBattery(sensor, page);
  if (page.beatTimeMeasured !== undefined) sensor.beatTimesComputed = !page.beatTimeMeasured;
  const due = sensor.lastReadingAt === undefined || at - sensor.lastReadingAt >= REPEAT_AFTER_MS;
  if (emptyHeartbeat(bytes) === undefined) return withBeats(sensor, page, at, rssiDbm, due);
  const { heartRateBpm, contact } = page;
  const saysNothing = heartRateBpm === undefined && contact === undefined;
  return saysNothing || (!due && contact === sensor.contact) ? undefined : readingOf(sensor, at, { heartRateBpm, contact, rssiDbm });
}

function withBeats(sensor: Sensor, page: HeartRatePage, at: number, rssiDbm: number | undefined, due: boolean): Reading | undefined {
  const step = addHeartRatePage(sensor.beats, page, at);
  sensor.beats = step.state;
  if (!due && !step.newBeat && page.contact === sensor.contact) return undefined;
  const { rrIntervalMs } = step;
  return readingOf(sensor, at, {
    heartRateBpm: page.heartRateBpm,
    beatTimeMs: page.beatTimeMs,
    beatCount: page.beatCount,
    rrIntervalsMs: rrIntervalMs === undefined ? undefined : [rrIntervalMs],
    rrComputed: (rrIntervalMs !== undefined && sensor.beatTimesComputed) || undefined,
    contact: page.contact,
    rssiDbm,
  });
}

function readingOf(sensor: Sensor, at: number, fields: ReadingFields): Reading {
  sensor.contact = fields.contact;
  return makeReading(sensor, at, fields);
}
