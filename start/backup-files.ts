import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileFault, UserFacingError } from '@pulseboard/contract';

/** A backup cannot be made, or is none that can be used. The message is a sentence for people. */
export class BackupError extends UserFacingError {
  readonly code = 'BACKUP_UNUSABLE';
}

/** What a backup says of itself, in `manifest.json` beside its `files/`. */
export interface Manifest {
  format: 1;
  /** Of the Pulseboard that made it. */
  version: string;
  /** ISO 8601, UTC. */
  madeAt: string;
  /** Empty ones too: PostgreSQL's folders must all be there. Paths have slashes. */
  folders: string[];
  files: { path: string; bytes: number; sha256: string }[];
}

const FILES = 'files';
const MANIFEST = 'manifest.json';
/** Not of the data: who has it, and replays, each of which is a data folder of its own that somebody may be writing. */
const isLeftOut = (path: string): boolean => /\.lock(\/|$)/.test(path) || /^replay-/.test(path);

/** A folder that a backup takes files from. */
export interface Source {
  folder: string;
  /** Which paths of it; absent: all. */
  takes?(path: string): boolean;
  /** Somebody uses it: a file that is gone by now was needed no more. */
  isInUse?: boolean;
}

/**
 * Copies folders into one. It has another name until it is whole, so that an interrupted one is not taken for a backup.
 * @param sources each begins when the one before is copied; none may have a file that another one has
 * @param target must not be there
 */
export async function makeBackup(
  sources: readonly (Source | (() => Promise<Source>))[],
  target: string,
  about: Pick<Manifest, 'version' | 'madeAt'>,
): Promise<Manifest> {
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  const manifest: Manifest = { format: 1, ...about, folders: [], files: [] };
  await makeFolders(join(partial, FILES), []);
  for (const source of sources) {
    const { folder, takes = () => true, isInUse = false } = typeof source === 'function' ? await source() : source;
    const { folders, files } = await contentsOf(folder, takes, isInUse);
    await makeFolders(join(partial, FILES), folders);
    const copied = await inTurns(files, async (path) => {
      const to = join(partial, FILES, path);
      const content = await copy(join(folder, path), to).catch(async (error: NodeJS.ErrnoException) => {
        if (!isInUse || error.code !== 'ENOENT') throw error;
        await rm(to, { force: true });
      });
      return content ? [{ path, ...content }] : [];
    });
    manifest.folders.push(...folders);
    manifest.files.push(...copied.flat());
  }
  await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, undefined, 1)}\n`, { flush: true, mode: 0o600 });
  await putInPlace(partial, target);
  return manifest;
}

/** Reads every byte. @throws BackupError when it is none, is damaged, or of a format that this version does not know */
export async function checkBackup(backup: string): Promise<Manifest> {
  const manifest = await readManifest(backup);
  await inTurns(manifest.files, async ({ path, bytes, sha256 }) => {
    const found = await readAll(join(backup, FILES, path)).catch(() => undefined);
    if (!found || found.bytes !== bytes || found.sha256 !== sha256)
      throw new BackupError(`${join(backup, FILES, path)} is missing or not as it was when the backup was made; use another backup.`);
  });
  return manifest;
}

/**
 * Puts a checked backup in the place of a folder that is empty or not there: all of it at once, or nothing.
 * @throws BackupError when the folder holds something
 */
export async function restoreBackup(backup: string, { folders, files }: Manifest, folder: string): Promise<void> {
  const partial = `${folder}.restoring`;
  await rm(partial, { recursive: true, force: true });
  await makeFolders(partial, folders);
  await inTurns(files, ({ path }) => copy(join(backup, FILES, path), join(partial, path)));
  await putInPlace(partial, folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') throw holdsSomething(folder);
    if (error.code !== 'EBUSY' && error.code !== 'EXDEV') throw error;
    throw new BackupError(`${folder} is a disk or volume of its own: set PULSEBOARD_DATA_DIR to a folder on it, and restore into that.`);
  });
}

/** @throws BackupError when there is more in it than locks */
export async function demandEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(unlessGone([]));
  if (names.some((name) => !name.endsWith('.lock'))) throw holdsSomething(folder);
}

const holdsSomething = (folder: string) =>
  new BackupError(`${folder} holds data already, and a restore overwrites none: move it away first (mv ${folder} ${folder}.old).`);

const LOOKS = 10;

/** @param isInUse folders may go while they are looked through */
async function contentsOf(folder: string, takes: (path: string) => boolean, isInUse: boolean): ReturnType<typeof contents> {
  for (let look = 1; ; look++)
    try {
      return await contents(folder, takes);
    } catch (error) {
      if (!isInUse || look === LOOKS || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
}

/** Everything below a folder that a backup holds, paths with slashes, parents first. */
async function contents(folder: string, takes: (path: string) => boolean): Promise<Pick<Manifest, 'folders'> & { files: string[] }> {
  const found = { folders: [] as string[], files: [] as string[] };
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (isLeftOut(path) || !takes(path)) continue;
    if (entry.isDirectory()) found.folders.push(path);
    else if (entry.isFile()) found.files.push(path);
  }
  return { folders: found.folders.sort(), files: found.files.sort() };
}

async function makeFolders(root: string, folders: readonly string[]): Promise<void> {
  // The data are of people: for their owner's eyes.
  for (const path of ['', ...folders]) await mkdir(join(root, path), { recursive: true, mode: 0o700 });
}

/** Copies a file so that it survives a power cut. @returns what was copied */
async function copy(from: string, to: string): Promise<Content> {
  const target = await open(to, 'wx', 0o600);
  try {
    const content = await readAll(from, (chunk) => target.writeFile(chunk));
    await target.sync();
    return content;
  } finally {
    await target.close();
  }
}

/** A registry has a thousand small files, and a disk syncs several as fast as one. */
const AT_ONCE = 16;

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))));
  return results;
}

interface Content {
  bytes: number;
  sha256: string;
}

const CHUNK_BYTES = 250_000;

/** @param onChunk gets a file piece by piece; a piece is overwritten by the next */
async function readAll(path: string, onChunk?: (chunk: Uint8Array) => Promise<void>): Promise<Content> {
  const source = await open(path, 'r');
  const hash = createHash('sha256');
  const buffer = new Uint8Array(CHUNK_BYTES);
  let bytes = 0;
  try {
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      bytes += bytesRead;
      await onChunk?.(chunk);
    }
  } finally {
    await source.close();
  }
}

/** A rename is all or nothing; it lasts once the folder that it is in is synced. */
async function putInPlace(partial: string, target: string): Promise<void> {
  await rename(partial, target);
  const parent = await open(dirname(target), 'r');
  await parent.sync().finally(() => parent.close());
}

async function readManifest(backup: string): Promise<Manifest> {
  const path = join(backup, MANIFEST);
  const text = await readFile(path, 'utf8').catch((error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BackupError(`The backup ${backup} cannot be read: ${fileFault(error)}.`);
  });
  if (text === undefined) {
    const isThere = await stat(backup).then(() => true, unlessGone(false));
    throw new BackupError(isThere ? `${backup} is no backup: it has no ${MANIFEST}.` : `There is no folder ${backup}.`);
  }
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(text) as Partial<Manifest>;
  } catch {
    throw new BackupError(`${path} is damaged; use another backup.`);
  }
  if (manifest.format !== 1 || !Array.isArray(manifest.files) || !Array.isArray(manifest.folders))
    throw new BackupError(`${path} is of a format that this version does not know; restore it with the version that made it.`);
  const paths = [...manifest.folders, ...manifest.files.map((file) => file.path)];
  if (paths.some((p) => p.startsWith('/') || p.split('/').includes('..'))) throw new BackupError(`${path} leads out of its folder.`);
  return manifest as Manifest;
}

const unlessGone =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
