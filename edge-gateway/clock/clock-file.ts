import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile } from '../replace-file.js';
import type { Anchor, ClockRecord } from './anchored-clock.js';

/** A disk that takes nothing is tried again this often. */
const RETRY_MS = 60_000;

/**
 * Keeps the clock's record for the next process of the same boot. Without it that one is anchored anew, so no fault of the disk is thrown; each is reported once.
 */
export class ClockFile {
  #saved: ClockRecord | undefined;
  #fault: string | undefined;
  #triedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly path: string,
    private readonly report: (sentence: string) => void,
  ) {}

  /** @returns undefined when there is none that can be read */
  load(): ClockRecord | undefined {
    try {
      this.#saved = parseClockRecord(readFileSync(this.path, 'utf8'));
      if (!this.#saved) this.report(`${this.path} is damaged and written anew`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#tell(error, 'read');
    }
    return this.#saved;
  }

  /** Whole or not at all; nothing is done when it stands there already. @param nowMs monotonic */
  save(record: ClockRecord, nowMs: number): void {
    if (record === this.#saved || nowMs - this.#triedAtMs < RETRY_MS) return;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      replaceFile(this.path, JSON.stringify(record), true);
      this.#saved = record;
      this.#fault = undefined;
      this.#triedAtMs = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#triedAtMs = nowMs;
      this.#tell(error, 'written');
    }
  }

  #tell(error: unknown, what: string): void {
    const { code, message } = error as NodeJS.ErrnoException;
    const fault = `${this.path} cannot be ${what} (${code ?? message}): a restarted gateway must be told the time anew`;
    if (fault !== this.#fault) this.report(fault);
    this.#fault = fault;
  }
}

/** Never throws. @returns undefined for anything but a whole record */
export function parseClockRecord(text: string): ClockRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const record = value as ClockRecord | null;
  const isWhole =
    typeof record?.boot === 'string' &&
    Number.isSafeInteger(record.baseMs) &&
    Number.isFinite(record.uptimeLeadMs) &&
    isCount(record.sleptMs) &&
    (record.anchor === undefined || isAnchor(record.anchor));
  return isWhole ? record : undefined;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function isAnchor(anchor: Anchor | null): boolean {
  const states = { ntp: 'synced', processor: 'synced', step: 'unsynced', none: 'unsynced' };
  return (
    anchor !== null &&
    Number.isSafeInteger(anchor.offsetMs) &&
    isCount(anchor.afterMs) &&
    Object.hasOwn(states, anchor.source) &&
    states[anchor.source] === anchor.state
  );
}
