import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { fileFault, UserFacingError } from '@pulseboard/contract';
import type { RadioEvent } from './radio-source.js';
import { anchorLine, eventLine, headerLine } from './recording-line.js';

/** The radio log cannot be opened. The message is a sentence for people. */
export class RadioLogError extends UserFacingError {
  readonly code = 'RADIO_LOG_UNUSABLE';
}

export interface RadioLog {
  /** Written when it returns, so a crash of this process loses no line. @param at UTC ms, or the boot's own time before the anchor */
  write(event: RadioEvent, at: number): void;
  anchored(offsetMs: number): void;
  close(): void;
}

/**
 * Appends every radio event to a file as it was heard, before it is decoded: lines of a recording (`recording-line.ts`).
 * @param report told once when the file takes no more; the gateway goes on
 * @param flags `wx`: the file must not be there
 * @throws RadioLogError
 */
export function openRadioLog(path: string, report: (sentence: string) => void, flags: 'a' | 'wx' = 'a'): RadioLog {
  let file: number | undefined;
  try {
    file = openSync(path, flags);
  } catch (error) {
    throw new RadioLogError(whyUnusable(path, error, flags));
  }
  const line = (text: string): void => {
    if (file === undefined) return;
    try {
      const bytes = Buffer.from(`${text}\n`);
      // A disk that is nearly full takes a part of it and says nothing.
      if (writeSync(file, bytes) < bytes.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    } catch (error) {
      report(`the radio log takes no more (${(error as NodeJS.ErrnoException).code}); it ends here`);
      close();
    }
  };
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  // Whoever wrote before may have been stopped in the middle of a line.
  line(`${endsMidLine(path) ? '\n' : ''}${headerLine()}`);
  return {
    write: (event, at) => line(eventLine(event, at)),
    anchored: (offsetMs) => line(anchorLine(offsetMs)),
    close,
  };
}

function endsMidLine(path: string): boolean {
  try {
    const { size } = statSync(path);
    if (size === 0) return false;
    const file = openSync(path, 'r');
    const last = Buffer.alloc(1);
    readSync(file, last, 0, 1, size - 1);
    closeSync(file);
    return last[0] !== 0x0a;
  } catch {
    // A pipe, a device: nothing was there before.
    return false;
  }
}

function whyUnusable(path: string, error: unknown, flags: 'a' | 'wx'): string {
  if ((error as NodeJS.ErrnoException).code === 'EEXIST') return `${path} is there already: choose another name, or delete it first.`;
  const [what, remedy] = flags === 'a' ? ['radio log', 'set PULSEBOARD_RADIO_LOG to a file'] : ['recording', 'choose a place'];
  return `The ${what} ${path} cannot be written: ${fileFault(error)}; ${remedy} that can be written.`;
}
