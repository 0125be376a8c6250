import { readFileSync } from 'node:fs';

/** What the API must say of a recording, from the rules of the design alone; shares no code with the radio or the processor. */
export interface Figures {
  seconds: number;
  meanBpm: number;
  minBpm: number;
  maxBpm: number;
}

const HELD_BY_STRAP_S = 10;
const HOLD_S = 5;

/** `[begin, end, bpm]`, s after the start of the recording. */
type Piece = readonly [number, number, number];

/**
 * @param csv path of the workout
 * @param rrIntervalsMs of a strap that was recorded beat by beat: it is on the air from its first beat to its last
 * @param offsetS where the recording begins within a UTC second, since seconds are counted as the clock has them
 */
export function figuresOf(csv: string, offsetS: number, rrIntervalsMs?: readonly number[]): Figures {
  const rows = readNumbers(csv).flatMap(([s, bpm]) => (s !== undefined && bpm ? [[s, bpm] as const] : []));
  const pieces = rows.map(([s, bpm], i): Piece => {
    const next = rows[i + 1]?.[0] ?? Number.POSITIVE_INFINITY;
    return [s, next - s <= HELD_BY_STRAP_S ? next : s + HOLD_S, bpm];
  });
  return perSecond(rrIntervalsMs ? alongBeats(pieces, rrIntervalsMs) : pieces, offsetS);
}

/** The rows say how fast; the beats say from when to when. Where no row is in force, the interval itself says it. */
function alongBeats(pieces: readonly Piece[], rrIntervalsMs: readonly number[]): Piece[] {
  const beats: [number, number][] = [[0, 0]];
  for (const rr of rrIntervalsMs) beats.push([beats.at(-1)![0] + rr / 1000, rr]);
  const bpmAt = (s: number, rr: number) => pieces.find(([from, to]) => from <= s && s < to)?.[2] ?? 60_000 / rr;
  return beats.map(([s, rr], i): Piece => [s, beats[i + 1]?.[0] ?? s + HOLD_S, bpmAt(s, rr || rrIntervalsMs[0]!)]);
}

/** Means over the part of a second that has a heart rate, then over seconds. */
function perSecond(pieces: readonly Piece[], offsetS: number): Figures {
  const seconds = new Map<number, { sum: number; covered: number }>();
  for (const [from, to, bpm] of pieces) {
    for (let s = Math.floor(from + offsetS); s < to + offsetS; s++) {
      const covered = Math.min(s + 1, to + offsetS) - Math.max(s, from + offsetS);
      const second = seconds.get(s) ?? { sum: 0, covered: 0 };
      seconds.set(s, { sum: second.sum + bpm * covered, covered: second.covered + covered });
    }
  }
  const means = [...seconds.values()].map(({ sum, covered }) => sum / covered);
  const bpms = pieces.map(([, , bpm]) => bpm);
  return {
    seconds: seconds.size,
    meanBpm: means.reduce((sum, mean) => sum + mean, 0) / means.length,
    minBpm: Math.min(...bpms),
    maxBpm: Math.max(...bpms),
  };
}

/** The lines of a CSV file after its header; an empty field is undefined. */
export const readNumbers = (file: string): (number | undefined)[][] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map((field) => (field.trim() === '' ? undefined : Number(field))));
