import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writerScript } from './crash.js';
import { readingOf } from './readings.js';

export interface Amplification {
  /** JSON of the readings. */
  payloadBytes: number;
  writtenBytes: number;
  /** What was counted. */
  source: string;
}

const SECTOR_BYTES = 512;
const SEGMENT_BYTES = 1_000_000;
const IMAGE_BYTES = 512_000_000;

/** Where the spool is written, and how what reaches the device is counted. */
interface Place {
  folder: string;
  source: string;
  writtenBytes(stdout: string): number;
  remove(): void;
}

/**
 * Bytes that reach the block device for each byte of reading, with a sync after each second of so many readings.
 * Where a file system of its own can be made (root, loop devices, mkfs.ext4) all that ext4 writes is counted, its journal too;
 * elsewhere what the kernel charges to the writing process.
 */
export function measureAmplification(readingsPerSecond: number, seconds: number): Amplification {
  const readings = readingsPerSecond * seconds;
  let payloadBytes = 0;
  for (let n = 1; n <= readings; n++) payloadBytes += JSON.stringify(readingOf(n)).length;
  const parent = mkdtempSync(join(tmpdir(), 'pulseboard-amplification-'));
  const place = ownFileSystem(parent) ?? chargedToProcess(parent);
  try {
    const args = [writerScript, join(place.folder, 'spool'), 'spool00000000001', readingsPerSecond, SEGMENT_BYTES, readings].map(String);
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e9 });
    if (status !== 0) throw new Error(`the spool could not be written: ${stderr}`);
    return { payloadBytes, writtenBytes: place.writtenBytes(stdout), source: place.source };
  } finally {
    place.remove();
    rmSync(parent, { recursive: true, force: true });
  }
}

function ownFileSystem(parent: string): Place | undefined {
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: 'utf8' });
  const image = join(parent, 'image');
  const folder = join(parent, 'mounted');
  mkdirSync(folder);
  if (process.getuid?.() !== 0 || run('truncate', '-s', String(IMAGE_BYTES), image).status !== 0) return undefined;
  // Without lazy initialisation, which would go on writing while we count.
  if (run('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image).status !== 0) return undefined;
  const { status, stdout } = run('losetup', '--find', '--show', image);
  if (status !== 0) return undefined;
  const device = stdout.trim();
  if (run('mount', device, folder).status !== 0) {
    run('losetup', '--detach', device);
    return undefined;
  }
  const sectors = () => {
    run('sync', '--file-system', folder);
    const stat = readFileSync(`/sys/block/${basename(device)}/stat`, 'utf8')
      .trim()
      .split(/\s+/);
    return Number(stat[6]);
  };
  const before = sectors();
  return {
    folder,
    source: 'all that ext4 wrote, its journal included',
    writtenBytes: () => (sectors() - before) * SECTOR_BYTES,
    remove() {
      run('umount', folder);
      run('losetup', '--detach', device);
    },
  };
}

const chargedToProcess = (parent: string): Place => ({
  folder: parent,
  source: 'what the kernel charged to the process (no journal)',
  writtenBytes: (stdout) => Number(/^charged (\d+)$/m.exec(stdout)?.[1] ?? Number.NaN),
  remove() {},
});
