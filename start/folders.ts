import { join, resolve } from 'node:path';
import type { SettingValues } from '@pulseboard/contract';
import type { ClaimedFolder } from './claim-folder.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const DATA_FOLDER: ClaimedFolder = { what: 'data folder', user: 'processor', setting: 'PULSEBOARD_DATA_DIR', others: ['spool'] };
/** Beside the lock of a processor that goes on: one backup at a time. */
export const BACKUP_LOCK: ClaimedFolder = { what: 'data folder', user: 'backup', setting: 'PULSEBOARD_DATA_DIR' };
export const SPOOL_FOLDER: ClaimedFolder = { what: 'spool folder', user: 'gateway', setting: 'PULSEBOARD_SPOOL_DIR', evenWhenFull: true };

/** A replay goes into a fresh folder unless one is named: recorded seconds must not mix with lived ones. */
export function dataDirOf(settings: Pick<SettingValues, 'radio' | 'dataDir'>): string {
  const named = process.env.PULSEBOARD_DATA_DIR;
  if (settings.radio !== 'replay' || named) return resolve(settings.dataDir);
  return resolve(settings.dataDir, `replay-${new Date().toISOString().replaceAll(/[:.]/g, '-').toLowerCase()}`);
}

export const spoolDirOf = (settings: Pick<SettingValues, 'spoolDir'>, dataDir: string): string =>
  resolve(settings.spoolDir ?? join(dataDir, 'spool'));
