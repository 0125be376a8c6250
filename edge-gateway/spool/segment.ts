import { closeSync, fdatasync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Ranges, type Reading } from '@pulseboard/contract';
import { syncFolder } from '../replace-file.js';
import { encodeFrame, type Frame, FrameKind, scanFrames } from './frame.js';

export const SEGMENT_SUFFIX = '.segment';
const fdatasyncFile = promisify(fdatasync);

/** Whose a segment is; stands in its first frame. */
export interface SegmentHeader {
  v: 1;
  gateway: string;
  spool: string;
  /** Boot of the machine that it was written in: tells which clock times without an anchor are of. */
  machineBoot: string;
}

/** A file of frames that is appended to. Its name is the number of its first reading. */
export class SegmentWriter {
  readonly #file: number;
  #bytes = 0;
  #damaged = false;

  /** @throws what the file system throws: full, not writable */
  constructor(
    readonly path: string,
    header: SegmentHeader,
    readonly firstNumber: number,
  ) {
    this.#file = openSync(path, 'ax');
    try {
      this.append(FrameKind.header, firstNumber, Buffer.from(JSON.stringify(header)));
      syncFolder(dirname(path));
    } catch (error) {
      closeSync(this.#file);
      rmSync(path, { force: true });
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A write failed half way: what follows is found again by its magic. */
  get damaged(): boolean {
    return this.#damaged;
  }

  /** Hands a frame to the operating system: a crash of this process loses nothing of it. @returns bytes written */
  append(kind: FrameKind, number: number, payload: Uint8Array): number {
    const frame = encodeFrame(kind, number, payload);
    let written = 0;
    while (written < frame.length) {
      try {
        written += writeSync(this.#file, frame, written);
      } catch (error) {
        if (written > 0) this.#damaged = true;
        throw error;
      }
    }
    this.#bytes += frame.length;
    return frame.length;
  }

  /** Resolves when everything appended before the call survives a power cut. */
  async sync(): Promise<void> {
    await fdatasyncFile(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** A segment as it is found again. */
export interface SegmentContent {
  readings: Map<number, Reading>;
  /** Numbers whose `at` still has to be corrected by the anchor. */
  unanchored: Set<number>;
}

/** What a start needs of a segment: no reading of it. */
export interface SegmentSurvey {
  header: SegmentHeader | undefined;
  numbers: Ranges;
  ceiling: number;
  /** `at` of the readings with the lowest and the highest number, as they stand there, ms; 0 when there is none. */
  firstAt: number;
  lastAt: number;
  isLastUnanchored: boolean;
  damagedBytes: number;
}

/** Looks through a segment without keeping it. @throws what the file system throws */
export function surveySegment(path: string): SegmentSurvey {
  const { frames, damagedBytes } = scanFrames(readFileSync(path));
  const survey: SegmentSurvey = {
    header: undefined,
    numbers: new Ranges(),
    ceiling: 0,
    firstAt: 0,
    lastAt: 0,
    isLastUnanchored: false,
    damagedBytes,
  };
  let first: Frame | undefined;
  let last: Frame | undefined;
  for (const frame of frames) {
    if (frame.kind === FrameKind.ceiling) survey.ceiling = Math.max(survey.ceiling, frame.number);
    else if (frame.kind === FrameKind.header) survey.header ??= jsonOf(frame) as SegmentHeader | undefined;
    else if (frame.kind === FrameKind.reading || frame.kind === FrameKind.unanchored) {
      survey.numbers.add(frame.number);
      if (!first || frame.number < first.number) first = frame;
      if (!last || frame.number > last.number) last = frame;
    }
  }
  survey.firstAt = atOf(first);
  survey.lastAt = atOf(last);
  survey.isLastUnanchored = last?.kind === FrameKind.unanchored;
  return survey;
}

const atOf = (frame: Frame | undefined): number => (frame && (jsonOf(frame) as Reading | undefined)?.at) || 0;

/** Reads what is whole of a segment. @throws what the file system throws, nothing for what is in it */
export function readSegment(path: string): SegmentContent {
  const content: SegmentContent = { readings: new Map(), unanchored: new Set() };
  for (const frame of scanFrames(readFileSync(path)).frames) {
    if (frame.kind !== FrameKind.reading && frame.kind !== FrameKind.unanchored) continue;
    const reading = jsonOf(frame) as Reading | undefined;
    if (!reading) continue;
    content.readings.set(frame.number, reading);
    if (frame.kind === FrameKind.unanchored) content.unanchored.add(frame.number);
  }
  return content;
}

export const segmentPath = (folder: string, firstNumber: number): string =>
  join(folder, String(firstNumber).padStart(15, '0') + SEGMENT_SUFFIX);

function jsonOf(frame: Frame): unknown {
  try {
    return JSON.parse(Buffer.from(frame.payload).toString());
  } catch {
    return undefined;
  }
}
