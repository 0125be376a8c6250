import type { Reading } from '@pulseboard/contract';
import { readSegment } from './segment.js';

const CACHED_SEGMENTS = 2;

/** Readings by their numbers. */
export type SegmentReadings = ReadonlyMap<number, Reading>;

/** What stands in segments, in UTC. A backlog is sent one segment after the other, so only the last few are kept. */
export class SegmentCache {
  readonly #contents = new Map<string, SegmentReadings>();

  /** @param onFault told what the file system throws */
  constructor(private readonly onFault: (error: unknown) => void) {}

  /** Of a segment that is written to no more. @param offsetMs added to times of before the anchor */
  contentOf(path: string, offsetMs: number): SegmentReadings {
    let content = this.#contents.get(path);
    if (!content) {
      content = this.read(path, offsetMs);
      this.#contents.set(path, content);
      for (const oldest of this.#contents.keys()) if (this.#contents.size > CACHED_SEGMENTS) this.#contents.delete(oldest);
    }
    return content;
  }

  /** Of one that still grows: not kept. What cannot be read is not there: who sends it counts it as damaged. */
  read(path: string, offsetMs: number): SegmentReadings {
    try {
      const { readings, unanchored } = readSegment(path);
      for (const n of unanchored) readings.set(n, { ...readings.get(n)!, at: readings.get(n)!.at + offsetMs });
      return readings;
    } catch (error) {
      this.onFault(error);
      return new Map();
    }
  }

  delete(path: string): void {
    this.#contents.delete(path);
  }

  clear(): void {
    this.#contents.clear();
  }
}
