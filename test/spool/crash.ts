import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiskSpool } from '@pulseboard/edge-gateway/spool';
import type { Chance } from '../simulation/chance.js';
import { readingOf } from './readings.js';

export type Crash = 'kill -9' | 'power cut';

export interface CrashResult {
  appended: number;
  synced: number;
  recovered: number;
  faults: string[];
}

export const writerScript = fileURLToPath(new URL('writer.js', import.meta.url));
const ID = 'spool00000000001';
const MAX_READINGS = 400;

/** A real process writes a spool and is killed at a random moment; of a power cut, the newest file is then cut at any byte after its last sync. */
export async function crash(kind: Crash, chance: Chance): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pulseboard-crash-'));
  try {
    const args = [writerScript, folder, ID, String(chance.between(3, 60)), String(chance.between(2000, 40_000))];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const killAfter = chance.between(1, MAX_READINGS);
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data;
      if (text.includes(`appended ${killAfter}\n`)) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const lines = text.split('\n').map((line) => line.split(' '));
    const last = (what: string) => lines.findLast(([name]) => name === what) ?? [];
    const appended = Number(last('appended')[1] ?? 0);
    const [, synced = '0', syncedFile, syncedBytes] = last('synced');
    const path = join(folder, ID);
    if (kind === 'power cut')
      for (const name of readdirSync(path).filter((file) => file.endsWith('.segment'))) {
        if (syncedFile !== undefined && name < syncedFile) continue;
        const size = statSync(join(path, name)).size;
        truncateSync(join(path, name), chance.between(name === syncedFile ? Number(syncedBytes) : 0, size));
      }
    return { appended, synced: Number(synced), ...look(folder, kind === 'kill -9' ? appended : Number(synced), appended) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param mustHave highest number that has to be there @param mayHave highest that was surely begun to be written; the one after it may have been under way */
function look(folder: string, mustHave: number, mayHave: number): { recovered: number; faults: string[] } {
  const disk = DiskSpool.open({ folder, gateway: 'gateway-1', id: 'spool00000000002', machineBoot: 'bench' });
  const faults: string[] = [];
  const [spool] = disk.recovered;
  const present = spool?.present;
  for (let n = 1; n <= mustHave; n++) if (!present?.has(n)) faults.push(`${n} is missing (everything up to ${mustHave} must be there)`);
  if ((present?.max ?? 0) > mayHave + 1) faults.push(`${present!.max} was never appended`);
  for (const [from, to] of present?.toArray() ?? [])
    for (const [i, reading] of disk.read(ID, from, to).entries())
      if (JSON.stringify(reading) !== JSON.stringify(readingOf(from + i))) faults.push(`${from + i} has another content`);
  disk.close();
  return { recovered: present?.size ?? 0, faults };
}
