import { closeSync, openSync, writeSync } from 'node:fs';
import type { RadioEvent } from './radio-source.js';

/** The radio log cannot be opened. The message is a sentence for people. */
export class RadioLogError extends Error {
  readonly code = 'RADIO_LOG_UNUSABLE';
}

export interface RadioLog {
  /** Written when it returns, so a crash of this process loses no line. @param at UTC ms, or the boot's own time before the anchor */
  write(event: RadioEvent, at: number): void;
  anchored(offsetMs: number): void;
  close(): void;
}

/**
 * Appends every radio event to a file as it was heard, before it is decoded: one JSON line each, bytes hexadecimal.
 * Lines before `{"kind":"anchor","offsetMs":…}` have the boot's own time, to which the offset is added.
 * @param report told once when the file takes no more; the gateway goes on
 * @throws RadioLogError
 */
export function openRadioLog(path: string, report: (sentence: string) => void): RadioLog {
  let file: number | undefined;
  try {
    file = openSync(path, 'a');
  } catch (error) {
    throw new RadioLogError(
      `The radio log ${path} cannot be written (${(error as NodeJS.ErrnoException).code}); see PULSEBOARD_RADIO_LOG.`,
    );
  }
  const line = (value: unknown): void => {
    if (file === undefined) return;
    try {
      writeSync(file, `${JSON.stringify(value)}\n`);
    } catch (error) {
      report(`the radio log takes no more (${(error as NodeJS.ErrnoException).code}); it ends here`);
      close();
    }
  };
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    write: ({ bytes, ...event }, at) => line({ ...event, at, bytes: Buffer.from(bytes).toString('hex') }),
    anchored: (offsetMs) => line({ kind: 'anchor', offsetMs }),
    close,
  };
}
