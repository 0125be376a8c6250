import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileFault, isFileFault, readSettings, type SettingValues } from '@pulseboard/contract';
import { BackupError, checkBackup, demandEmpty, makeBackup, restoreBackup } from './backup-files.js';
import { type Copies, isOfRequest, requestCopies } from './backup-requests.js';
import { claimFolder, FolderInUseError } from './claim-folder.js';
import { BACKUP_LOCK, DATA_FOLDER, dataDirOf, SPOOL_FOLDER } from './folders.js';

export interface CommandContext {
  version: string;
  out(line: string): void;
}

export const backupUsage: readonly string[] = [
  'Copies the data folder. A processor or a gateway that uses it goes on meanwhile.',
  '',
  '  npm run backup                 into backups/, in a folder named by the time',
  '  npm run backup -- /mnt/usb     into another folder',
  '',
  'The data folder is PULSEBOARD_DATA_DIR (data). npm run restore puts a copy back.',
];

export const restoreUsage: readonly string[] = [
  'Puts a backup in the place of the data folder, while neither a processor nor a gateway uses it.',
  '',
  '  npm run restore -- backups/2026-01-31T18-00-00Z',
  '',
  'The data folder is PULSEBOARD_DATA_DIR (data). A restore overwrites nothing: that folder must be empty, or not there.',
];

/** `npm run backup [-- <folder>]`. @returns the exit code @throws BackupError, FolderInUseError */
export async function runBackup(args: readonly string[], { version, out }: CommandContext): Promise<number> {
  if (isHelp(args)) return say(out, backupUsage);
  const settings = readSettings(process.env);
  const dataDir = dataDirOf(settings);
  const found = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new BackupError(`The data folder ${dataDir} cannot be read: ${fileFault(error)}; PULSEBOARD_DATA_DIR names another folder.`);
  });
  if (found.length === 0) throw new BackupError(`There is no data in ${dataDir}; PULSEBOARD_DATA_DIR names another folder.`);
  const into = resolve(only(args) ?? 'backups');
  if (`${into}/`.startsWith(`${dataDir}/`))
    throw new BackupError(`${into} is in the data folder: name a folder elsewhere, best on another disk.`);
  const madeAt = new Date().toISOString();
  const target = join(into, madeAt.replace(/\.\d+/, '').replaceAll(':', '-'));
  // Before the data folder is claimed: what is wrong with the target has nothing to do with it.
  await mkdir(into, { recursive: true }).catch(cannotWrite(into));
  const turn = await claimFolder(dataDir, BACKUP_LOCK);
  try {
    const { sources, releaseAll } = await sourcesOf(dataDir, out);
    try {
      const { files } = await makeBackup(sources, target, { version, madeAt }).catch(cannotWrite(into));
      out(`${files.length} files, ${megabytes(files)} MB: ${target}`);
    } finally {
      await releaseAll();
    }
    for (const what of kept(settings)) out(`Not in it: ${what}. That has backups of its own (docs/operations.md).`);
    return 0;
  } finally {
    await turn.release();
  }
}

interface Sources {
  sources: Parameters<typeof makeBackup>[0];
  /** Gives back what was claimed, and removes copies. */
  releaseAll(): Promise<void>;
}

/** Of a data folder that nobody uses the folder itself; else copies that its processor makes, and the spool before them. */
async function sourcesOf(dataDir: string, out: (line: string) => void): Promise<Sources> {
  try {
    const data = await claimFolder(dataDir, DATA_FOLDER);
    const { releaseSpool, isInUse } = await claimSpool(join(dataDir, 'spool'));
    const takes = (path: string) => !isOfRequest(path);
    return {
      sources: [{ folder: dataDir, takes, isInUse }],
      async releaseAll() {
        await releaseSpool();
        await data.release();
      },
    };
  } catch (error) {
    if (!(error instanceof FolderInUseError && error.isHeld)) throw error;
    let copies: Copies | undefined;
    // The spool first: what is committed and removed from it meanwhile is in the stores, which are copied after it.
    const aroundStores = { folder: dataDir, takes: (path: string) => !isOfRequest(path) && !isOfStores(path), isInUse: true };
    const stores = async () => {
      out('A processor uses the data folder and goes on; it copies its stores …');
      copies = await requestCopies(dataDir, error.message);
      out('The stores are copied; putting them into the backup …');
      return { folder: copies.folder };
    };
    return { sources: [aroundStores, stores], releaseAll: async () => copies?.remove() };
  }
}

/** The spool of a gateway that runs is copied as a power cut would leave it. */
async function claimSpool(spoolDir: string): Promise<{ releaseSpool(): Promise<void>; isInUse: boolean }> {
  if (!existsSync(spoolDir)) return { releaseSpool: async () => {}, isInUse: false };
  try {
    const { release } = await claimFolder(spoolDir, SPOOL_FOLDER);
    return { releaseSpool: release, isInUse: false };
  } catch (error) {
    if (!(error instanceof FolderInUseError && error.isHeld)) throw error;
    return { releaseSpool: async () => {}, isInUse: true };
  }
}

/** Files of the embedded stores, which only their processor can copy while it runs. */
const isOfStores = (path: string): boolean => /^(pulseboard\.duckdb|registry(\/|$))/.test(path);

/** `npm run restore -- <backup>`. @returns the exit code @throws BackupError, FolderInUseError */
export async function runRestore(args: readonly string[], { version, out }: CommandContext): Promise<number> {
  const backup = only(args);
  if (backup === undefined || isHelp(args)) return say(out, restoreUsage);
  const dataDir = dataDirOf(readSettings(process.env));
  const manifest = await checkBackup(resolve(backup));
  if (isNewer(manifest.version, version))
    throw new BackupError(
      `The backup is of Pulseboard ${manifest.version}, this is ${version}: restore it with that version or a newer one.`,
    );
  // The lock tells that nobody uses it now; a folder with a lock in it could not be replaced.
  const release = await claimAll(dataDir);
  await demandEmpty(dataDir).finally(release);
  await restoreBackup(resolve(backup), manifest, dataDir);
  out(
    `${manifest.files.length} files of ${manifest.madeAt} are in ${dataDir}. What was stored after that is not; the ledger counts it as gone.`,
  );
  return 0;
}

/** Nobody else uses the data folder, nor the spool in it. @returns how to give them back; a folder that was made for it is removed */
async function claimAll(dataDir: string): Promise<() => Promise<void>> {
  const spoolDir = join(dataDir, 'spool');
  const claims = [await claimFolder(dataDir, DATA_FOLDER)];
  const release = async () => {
    for (const claim of claims.splice(0).reverse()) await claim.discard();
  };
  try {
    if (existsSync(spoolDir)) claims.push(await claimFolder(spoolDir, SPOOL_FOLDER));
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

/** What is not in the data folder. */
const kept = ({ influxUrl, databaseUrl }: Pick<SettingValues, 'influxUrl' | 'databaseUrl'>): string[] => [
  ...(influxUrl ? [`readings and seconds, which are in InfluxDB (${influxUrl})`] : []),
  ...(databaseUrl ? ['people, classes and books, which are in PostgreSQL'] : []),
];

function only(args: readonly string[]): string | undefined {
  if (args.length > 1) throw new BackupError(`One folder is asked for, not ${args.length}: ${args.join(', ')}.`);
  return args[0];
}

/** @throws BackupError in the place of a fault of the file system */
const cannotWrite =
  (into: string) =>
  (error: unknown): never => {
    const path = (error as NodeJS.ErrnoException).path ?? into;
    if (!isFileFault(error)) throw error;
    throw new BackupError(`The backup cannot be made, ${path} cannot be used: ${fileFault(error)}.`);
  };

const isHelp = ([first]: readonly string[]): boolean => first === '--help' || first === '-h';
const megabytes = (files: readonly { bytes: number }[]): string => (files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1);

/** By number: 0.10 is newer than 0.9. What follows a dash does not count. */
function isNewer(a: string, b: string): boolean {
  const numbers = (version: string) => version.split('-')[0]!.split('.').map(Number);
  const [of, than] = [numbers(a), numbers(b)];
  const i = of.findIndex((part, at) => part !== than[at]);
  return i >= 0 && of[i]! > (than[i] ?? 0);
}

function say(out: (line: string) => void, lines: readonly string[]): number {
  for (const line of lines) out(line);
  return 0;
}
