import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../harness/environment.js';

/** The wall clock of one process, which can be stepped while it runs; its monotonic clock is left alone. */
export interface SteppedClock {
  /** For the process. */
  env: Record<string, string>;
  /** @param aheadS how far the wall clock is ahead of the machine's from now on, s */
  step(aheadS: number): void;
}

const PROBE_S = 3600;

/** @returns undefined where faketime is not installed, or does not move the clock of Node */
export function createSteppedClock(folder = tempFolder()): SteppedClock | undefined {
  let library: string;
  try {
    library = execFileSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
  const file = join(folder, 'wall-clock.faketime');
  const step = (aheadS: number) => {
    // Whole at every moment: it is read at every look at the clock.
    writeFileSync(`${file}.new`, `${aheadS < 0 ? '' : '+'}${aheadS}\n`);
    renameSync(`${file}.new`, file);
  };
  const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1' };
  step(-PROBE_S);
  const probe = execFileSync(process.execPath, ['-p', 'Date.now()'], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (Date.now() - Number(probe) < (PROBE_S * 1000) / 2) return undefined;
  step(0);
  return { env, step };
}
