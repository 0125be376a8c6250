import type { Reading } from '@pulseboard/contract';
import type { Random } from './random.js';

/** A broadcast of an ANT+ strap each 8070/32768 s. */
const BROADCAST_MS = (8070 / 32_768) * 1000;
/** Of 68 pages four tell of the strap and not of the beat before. */
const PAGE_ROUND = 68;
const BACKGROUND_PAGES = 4;
const REPEAT_AFTER_MS = 754;
const MS_PER_TICK = 1000 / 1024;

export interface AntStrap {
  /** Share of broadcasts that are lost. */
  loss: number;
  clockOffsetMs?: number;
  /** An old strap never tells of the beat before. */
  legacy?: boolean;
}

/** What a gateway makes of the broadcasts of a strap. @param beats ms, in order */
export function antReadings(
  sensor: string,
  beats: readonly number[],
  begin: number,
  { loss, clockOffsetMs = 0, legacy = false }: AntStrap,
  random: Random,
): Reading[] {
  const out: Reading[] = [];
  const firstCount = Math.floor(random() * 256);
  let page = Math.floor(random() * PAGE_ROUND);
  let beat = -1;
  let heard = -1;
  let lastReadingMs = Number.NEGATIVE_INFINITY;
  for (let ms = random() * BROADCAST_MS; ms < beats.at(-1)!; ms += BROADCAST_MS) {
    while (beat + 1 < beats.length && beats[beat + 1]! <= ms) beat++;
    const hasPrevious = !legacy && page++ % PAGE_ROUND >= BACKGROUND_PAGES;
    if (beat < 1 || random() < loss) continue;
    const isNew = beat !== heard;
    if (!isNew && ms - lastReadingMs < REPEAT_AFTER_MS) continue;
    const knowsInterval = isNew && heard >= 0 && (hasPrevious || beat - heard === 1);
    const reading: Reading = {
      sensor,
      at: begin + Math.round(ms) + clockOffsetMs,
      beatCount: (firstCount + beat) % 256,
      heartRateBpm: bpmOf(beats, beat),
    };
    if (knowsInterval) reading.rrIntervalsMs = [(ticks(beats[beat]!) - ticks(beats[beat - 1]!)) * MS_PER_TICK];
    out.push(reading);
    heard = beat;
    lastReadingMs = ms;
  }
  return out;
}

export interface BleStrap {
  /** Share of notifications that are lost, with the intervals in them. */
  loss: number;
  clockOffsetMs?: number;
  /** How the strap rounds: of times as ANT+ has them, of each interval by itself, or to whole ms before. */
  rounding?: 'times' | 'intervals' | 'milliseconds';
}

/** What a gateway makes of the notifications of a strap, one a second, each a little late. */
export function bleReadings(
  sensor: string,
  beats: readonly number[],
  begin: number,
  { loss, clockOffsetMs = 0, rounding = 'times' }: BleStrap,
  random: Random,
): Reading[] {
  const out: Reading[] = [];
  let beat = 1;
  let heardAt = 0;
  for (let ms = random() * 1000; ms < beats.at(-1)!; ms += 1000) {
    const rrIntervalsMs: number[] = [];
    for (; beats[beat]! <= ms; beat++) rrIntervalsMs.push(interval(beats[beat - 1]!, beats[beat]!, rounding));
    if (random() < loss) continue;
    heardAt = Math.max(heardAt, begin + Math.round(ms + 30 + 100 * random() ** 4) + clockOffsetMs);
    out.push({
      sensor,
      at: heardAt,
      heartRateBpm: bpmOf(beats, beat),
      contact: true,
      beats: rrIntervalsMs.length,
      ...(rrIntervalsMs.length ? { rrIntervalsMs } : {}),
    });
  }
  return out;
}

const ticks = (ms: number): number => Math.round(ms * 1.024);

function interval(from: number, to: number, rounding: NonNullable<BleStrap['rounding']>): number {
  if (rounding === 'times') return (ticks(to) - ticks(from)) * MS_PER_TICK;
  return ticks(rounding === 'intervals' ? to - from : Math.round(to - from)) * MS_PER_TICK;
}

const bpmOf = (beats: readonly number[], beat: number): number =>
  Math.max(25, Math.min(240, Math.round(60_000 / (beats[beat]! - beats[beat - 1]! || 1000))));
