import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { fileFault, MAX_UTC_MS, MIN_UTC_MS, oneLine, quoted, UserFacingError } from '@pulseboard/contract';
import { createPump, type PumpedRadio, type PumpOptions } from './pump.js';
import type { RadioEvent } from './radio-source.js';
import { parseRecordingLine, type RecordingLine } from './recording-line.js';

/** The recording cannot be played. The message is one sentence that says which file and line. */
export class RecordingError extends UserFacingError {
  readonly code = 'RECORDING_UNUSABLE';
}

/** What a radio heard, as `npm run gateway -- record` or PULSEBOARD_RADIO_LOG wrote it down. */
export interface Recording {
  file: string;
  /** UTC ms of the first frame. */
  startedAt: number;
  /** To the last frame, and time for it to lapse. */
  durationMs: number;
  frames: number;
  /** The frames in order of `at`, with the times they had. Lazy: the file is read as it is asked for. */
  events(): Iterable<RadioEvent>;
}

const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder; PULSEBOARD_REPLAY_DIR plays a folder of workouts',
};
const TAIL_MS = 10_000;
/** What goes back by less is put right; by more, it is another recording. */
const MAX_BACK_MS = 5000;
/** A gym may be closed for so long; more is a wrong time. */
const MAX_GAP_MS = 31 * 86_400_000;
const CHUNK_BYTES = 65_536;

/** Reads a recording through, so that what is wrong with it is told before it is played. @throws RecordingError */
export function loadRecording(file: string): Recording {
  try {
    const found = statSync(file);
    // A named pipe would be waited for.
    if (!found.isFile() && !found.isDirectory()) throw new RecordingError(`Cannot read the recording ${oneLine(file)}: it is not a file.`);
    // What is appended while it plays is no part of it.
    const played = { file, bytes: found.size };
    const offsetsMs = sectionOffsets(played);
    let frames = 0;
    let startedAt = 0;
    let endedAt = 0;
    for (const { at } of eventsOf(played, offsetsMs)) {
      if (frames++ === 0) startedAt = at;
      endedAt = at;
    }
    if (frames === 0) throw new RecordingError(`There is no frame in the recording ${oneLine(file)}.`);
    return { file, startedAt, durationMs: endedAt - startedAt + TAIL_MS, frames, events: () => eventsOf(played, offsetsMs) };
  } catch (error) {
    if (error instanceof RecordingError) throw error;
    throw new RecordingError(`Cannot read the recording ${oneLine(file)}: ${fileFault(error, WHY_UNREADABLE)}.`);
  }
}

export interface RecordingRadioOptions extends PumpOptions {
  recording: Recording;
  /** UTC ms of its first frame. */
  startAt: number;
}

/** A recording as a radio: the same frames with the same intervals; `ended` when the clock has come to its end. */
export function createRecordingRadio({ recording, startAt, ...pump }: RecordingRadioOptions): PumpedRadio {
  const start = Math.floor(startAt);
  return createPump('replay', moved(recording.events(), start - recording.startedAt), pump, start + recording.durationMs);
}

/** Which receiver it was is of no more interest: it is one source now. */
function* moved(events: Iterable<RadioEvent>, byMs: number): Generator<RadioEvent> {
  for (const { radio: _, ...event } of events) yield { ...event, at: event.at + byMs };
}

/** As long as it was when it was looked through. */
interface RecordedFile {
  file: string;
  bytes: number;
}

/** What makes UTC of the times before the anchor, for each process that wrote into the file. */
function sectionOffsets(file: RecordedFile): number[] {
  const offsetsMs = [0];
  for (const { line } of linesOf(file)) {
    if (line.kind === 'recording') offsetsMs.push(0);
    else if ('offsetMs' in line) offsetsMs[offsetsMs.length - 1] = line.offsetMs;
  }
  return offsetsMs;
}

function* eventsOf(file: RecordedFile, offsetsMs: readonly number[]): Generator<RadioEvent> {
  let section = 0;
  let isAnchored = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const { line, number } of linesOf(file)) {
    if (line.kind === 'recording') {
      section++;
      isAnchored = false;
    } else if ('offsetMs' in line) isAnchored = true;
    else {
      const at = line.event.at + (isAnchored ? 0 : offsetsMs[section]!);
      if (at < MIN_UTC_MS)
        throw new RecordingError(
          `${oneLine(file.file)}, line ${number}: nobody knows when this was: the gateway that wrote it ended before it had the time. Delete its lines, up to the next "recording".`,
        );
      if (at > MAX_UTC_MS || (lastAt > 0 && at > lastAt + MAX_GAP_MS))
        throw new RecordingError(
          `${oneLine(file.file)}, line ${number}: has the time ${at}, ${lastAt > 0 ? `${Math.round((at - lastAt) / 86_400_000)} days after the line before` : 'which cannot be'}; plausible are at most ${MAX_GAP_MS / 86_400_000} days. Cut the file there.`,
        );
      if (at < lastAt - MAX_BACK_MS)
        throw new RecordingError(
          `${oneLine(file.file)}, line ${number}: goes back by ${Math.round((lastAt - at) / 1000)} s. Cut the file there: these are two recordings.`,
        );
      lastAt = Math.max(lastAt, at);
      yield { ...line.event, at: lastAt };
    }
  }
}

/**
 * A line that was not written to its end (the last one, or the last of a process after which another one began) is left out.
 * @throws RecordingError when any other is none
 */
function* linesOf(recorded: RecordedFile): Generator<{ line: RecordingLine; number: number }> {
  let number = 0;
  let torn: { text: string; number: number } | undefined;
  const none = ({ text, number: at }: { text: string; number: number }) =>
    new RecordingError(`${oneLine(recorded.file)}, line ${at}: this is no line of a recording: ${quoted(text.trim(), 60)}`);
  for (const text of textLinesOf(recorded)) {
    number++;
    if (text.trim() === '') continue;
    const line = parseRecordingLine(text);
    if (torn && line?.kind !== 'recording') throw none(torn);
    torn = line ? undefined : { text, number };
    if (line) yield { line, number };
  }
  if (torn) throw none(torn);
}

function* textLinesOf({ file, bytes }: RecordedFile): Generator<string> {
  const descriptor = openSync(file, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = '';
    let isFirst = true;
    for (let left = bytes; left > 0; ) {
      const length = readSync(descriptor, chunk, 0, Math.min(left, CHUNK_BYTES), null);
      if (length === 0) return;
      left -= length;
      // Some editors begin a file with a mark of UTF-8.
      const text = chunk.toString('latin1', 0, length).replace(isFirst ? /^\u00ef\u00bb\u00bf/ : '', '');
      isFirst = false;
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      if (rest.length > CHUNK_BYTES)
        throw new RecordingError(`${oneLine(file)} is no recording: it has a line of more than ${CHUNK_BYTES} characters.`);
      yield* lines;
    }
  } finally {
    closeSync(descriptor);
  }
}
