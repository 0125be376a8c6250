import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockState } from '@pulseboard/contract';
import { replaceFile } from '../replace-file.js';

/** How the times of one boot become UTC. Once something of a spool was sent it never changes. */
export interface Anchor {
  /** Added to times of before the anchor. */
  offsetMs: number;
  state: ClockState;
}

export const ANCHOR_FILE = 'anchor.json';

/** @returns undefined when there is none, or none that is readable */
export function readAnchor(spoolFolder: string): Anchor | undefined {
  try {
    const { offsetMs, state } = JSON.parse(readFileSync(join(spoolFolder, ANCHOR_FILE), 'utf8')) as Partial<Anchor>;
    const known = state === 'synced' || state === 'unsynced' || state === 'virtual';
    return Number.isSafeInteger(offsetMs) && known ? { offsetMs: offsetMs!, state } : undefined;
  } catch {
    return undefined;
  }
}

/** Durable when it returns. @throws what the file system throws */
export const writeAnchor = (spoolFolder: string, anchor: Anchor): void =>
  replaceFile(join(spoolFolder, ANCHOR_FILE), JSON.stringify(anchor), true);
