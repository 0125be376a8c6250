import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout: this file runs from `test/dist/harness`. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const mainScript = join(root, 'start', 'dist', 'main.js');
/** Real recordings, which are no part of the project. */
export const recordings = join(root, '..', 'shared', 'data');

/** The caller's environment without settings of Pulseboard, which must not decide what a test sees. */
export function cleanEnvironment(): Record<string, string> {
  const foreign = /^(PULSEBOARD_|TEST_|npm_lifecycle_|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name, value]) => value !== undefined && !foreign.test(name))) as Record<
    string,
    string
  >;
}

export type Tool =
  | 'TEST_CHROMIUM'
  | 'TEST_DBUS_DAEMON'
  | 'TEST_DOCKER_COMPOSE'
  | 'TEST_FAKETIME'
  | 'TEST_INFLUXD'
  | 'TEST_MOSQUITTO'
  | 'TEST_MOSQUITTO_SUB'
  | 'TEST_POSTGRES';

/** Path of a program that `npm test` found, or undefined. */
export const toolPath = (tool: Tool): string | undefined => process.env[tool];

/** `test`, or where its condition is not met a skipped one with its reason printed. */
export function testWhere(condition: unknown, reason: string): typeof test | typeof test.skip {
  if (condition) return test;
  process.stderr.write(`Skipped: ${reason}\n`);
  return test.skip;
}

export const hasWorkouts = existsSync(join(recordings, 'workouts'));
export const NO_WORKOUTS = 'no recordings in ../shared/data/workouts';

const folders: string[] = [];

/** A fresh folder, removed by `removeTempFolders`. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pulseboard-'));
  folders.push(folder);
  return folder;
}

export function removeTempFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
