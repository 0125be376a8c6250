import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from './child.js';
import { mainScript, root, tempFolder } from './environment.js';
import { eventually } from './eventually.js';

/**
 * Making the embedded registry for the first time takes seconds, opening it again does not. So one is made, once for each version of
 * it, and every test gets a copy; `start.test.ts` is about the first time.
 */
const cache = join(root, 'node_modules', '.cache', 'pulseboard-test');
const template = join(cache, `registry-${versionOfRegistry()}`);
const MAKING_DEADLINE_MS = 240_000;
/** Nobody listens there: the processor waits for a broker and knows nobody. */
const NO_BROKER = 'mqtt://127.0.0.1:9';

/** A fresh data folder whose registry is there already and knows no member. @param folder where, when that matters */
export async function dataFolder(folder = join(tempFolder(), 'data')): Promise<string> {
  if (!existsSync(template)) await makeTemplate();
  await cp(template, join(folder, 'registry'), { recursive: true });
  return folder;
}

/** One test process makes it, the others wait; one that died while making it is not waited for for ever. */
async function makeTemplate(): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const lock = `${template}.making`;
  try {
    mkdirSync(lock);
  } catch {
    const waited = await eventually('the registry that another test makes', () => existsSync(template), MAKING_DEADLINE_MS).catch(
      () => false,
    );
    if (waited) return;
  }
  const made = join(tempFolder(), 'data');
  const env = {
    PULSEBOARD_DATA_DIR: made,
    PULSEBOARD_RADIO: 'replay',
    PULSEBOARD_BROKER_URL: NO_BROKER,
    PULSEBOARD_HTTP_PORT: '0',
    PULSEBOARD_LOG_LEVEL: 'silent',
  };
  const processor = new Child(process.execPath, [mainScript, 'processor'], { env });
  await processor.line(/^Ready/, MAKING_DEADLINE_MS);
  await processor.stop();
  // Whole or not at all: it may be on another file system than the temporary folder.
  const copy = `${template}.${process.pid}`;
  await cp(join(made, 'registry'), copy, { recursive: true });
  if (existsSync(template)) rmSync(copy, { recursive: true });
  else renameSync(copy, template);
  rmSync(lock, { recursive: true, force: true });
}

function versionOfRegistry(): string {
  const migrations = join(root, 'cloud-processor', 'registry', 'migrations');
  const files = readdirSync(migrations).filter((name) => name.endsWith('.sql'));
  const hash = createHash('sha256');
  for (const file of [
    join(root, 'node_modules', '@electric-sql', 'pglite', 'package.json'),
    ...files.map((name) => join(migrations, name)),
  ])
    hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}
