import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rm, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileFault, isFileFault } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { BackupError } from './backup-files.js';
import { claimFolder } from './claim-folder.js';
import { BACKUP_LOCK } from './folders.js';
import { readJson, watchRequests, writeWhole } from './request-files.js';

/*
 * Embedded stores belong to the process that opened them: only the running processor can copy them. `npm run backup` leaves a request in the data
 * folder, the processor copies its stores into a folder beside them and answers, and the backup takes them from there. Files instead of a socket: they
 * work for any length of path and between containers that share a volume, and only those who may write the data folder can ask.
 */
const REQUEST = 'backup-request.json';
const ANSWER = 'backup-answer.json';
/** Where the processor puts the copies. */
const COPIES = 'backup-copies';
/** What stands in a data folder only while somebody asks its processor for something. */
export const isOfRequest = (path: string): boolean => /^(backup|influx-restarted)-(request|answer)\.json|^backup-copies(\/|$)/.test(path);

const BEAT_MS = 1000;
const POLL_MS = 100;
/** A processor that does not answer by then is another one, or is stopped. */
const NO_ANSWER_MS = 20_000;
/** Copies on the disk of the data must not fill it. */
const SPARE_BYTES = 100_000_000;

type Answer = { id: string; state: 'copying' } | { id: string; state: 'copied' } | { id: string; state: 'failed'; why: string };

/**
 * Answers requests for copies, until it is ended.
 * @param copyStores copies what is embedded into a folder
 * @returns how to end it
 */
export async function serveBackups(
  dataDir: string,
  copyStores: (folder: string) => Promise<void>,
  log: Logger,
): Promise<() => Promise<void>> {
  // What a former process left behind, unless a backup still reads it.
  await claimFolder(dataDir, BACKUP_LOCK).then(
    async ({ release }) => {
      await removeTraces(dataDir).catch(() => {});
      await release();
    },
    () => {},
  );
  const answer = (id: string) => serve(dataDir, id, copyStores, log);
  return watchRequests(join(dataDir, REQUEST), answer, 'a backup was asked for and could not be made', log);
}

async function serve(dataDir: string, id: string, copyStores: (folder: string) => Promise<void>, log: Logger): Promise<void> {
  const answer = (content: Answer) => writeWhole(join(dataDir, ANSWER), content);
  const folder = copiesOf(dataDir, id);
  await rm(join(dataDir, REQUEST), { force: true });
  await answer({ id, state: 'copying' });
  const beat = setInterval(() => void utimes(join(dataDir, ANSWER), new Date(), new Date()).catch(() => {}), BEAT_MS);
  try {
    log.info('copying the stores for a backup');
    await demandSpace(dataDir);
    await rm(join(dataDir, COPIES), { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await copyStores(folder);
    await answer({ id, state: 'copied' });
    log.info('the stores are copied for a backup');
  } catch (error) {
    await rm(join(dataDir, COPIES), { recursive: true, force: true }).catch(() => {});
    const why = isFileFault(error) ? fileFault(error) : (error as Error).message;
    log.warn({ err: why }, 'the stores could not be copied for a backup');
    await answer({ id, state: 'failed', why });
  } finally {
    clearInterval(beat);
  }
}

/** Each side finds it below its own path of the data folder: a container may have another one than its host. */
const copiesOf = (dataDir: string, id: string): string => join(dataDir, COPIES, /^[0-9a-f-]{36}$/.test(id) ? id : 'unnamed');

/** @throws Error when copies of all that is there would leave too little for the readings of the class */
async function demandSpace(dataDir: string): Promise<void> {
  const wanted = (await sizeOf(dataDir)) + SPARE_BYTES;
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize < wanted)
    throw new Error(
      `copies of the stores need ${Math.ceil(wanted / 1e6)} MB on the disk of ${dataDir}, and ${Math.floor((bavail * bsize) / 1e6)} MB are free`,
    );
}

/** Of everything in a folder, without replays and what a backup made, bytes. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /^(replay-|backup-|spool)/.test(path.slice(folder.length + 1))) continue;
    bytes += await lstat(path).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

export interface Copies {
  /** Holds the stores as they lie in a data folder. */
  folder: string;
  /** They are needed no more. */
  remove(): Promise<void>;
}

/**
 * Asks the processor of a data folder for copies of its stores, which it makes while it goes on.
 * @param user who uses the folder, for sentences
 * @throws BackupError when it cannot, or does not answer
 */
export async function requestCopies(dataDir: string, user: string, noAnswerMs = NO_ANSWER_MS): Promise<Copies> {
  const id = randomUUID();
  const remove = () => removeTraces(dataDir);
  try {
    await removeTraces(dataDir);
    await writeWhole(join(dataDir, REQUEST), { id });
    let lastWordAt = performance.now();
    let beat = 0;
    for (;;) {
      await sleep(POLL_MS);
      const answer = await readJson<Answer>(join(dataDir, ANSWER));
      if (answer?.id === id) {
        if (answer.state === 'copied') return { folder: copiesOf(dataDir, id), remove };
        if (answer.state === 'failed') throw new BackupError(`The processor could not copy its stores: ${answer.why}.`);
        const touched = await stat(join(dataDir, ANSWER)).then(
          ({ mtimeMs }) => mtimeMs,
          () => beat,
        );
        if (touched !== beat) lastWordAt = performance.now();
        beat = touched;
      }
      if (performance.now() - lastWordAt > noAnswerMs)
        throw new BackupError(`${user} It was asked for copies of its stores and does not answer; stop it, and try again.`);
    }
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
}

async function removeTraces(dataDir: string): Promise<void> {
  for (const name of [REQUEST, ANSWER, COPIES]) await rm(join(dataDir, name), { recursive: true, force: true });
}
