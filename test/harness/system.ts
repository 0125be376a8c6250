import { join } from 'node:path';
import { Child, type Exit, killLeftChildren } from './child.js';
import { dataFolder } from './data-folder.js';
import { mainScript, removeTempFolders, tempFolder } from './environment.js';

export type Settings = Partial<Record<`PULSEBOARD_${string}`, string>>;

/** For tests and hooks that start whole systems, on a machine that has other work too. */
export const START_TIMEOUT_MS = 600_000;

/** Ports that nobody else has, and a folder that is thrown away. */
const OWN: Settings = { PULSEBOARD_HTTP_PORT: '0', PULSEBOARD_MQTT_PORT: '0', PULSEBOARD_MQTT_WS_PORT: '0' };

/** Runs `main.js` with its arguments; for commands that end by themselves. */
export async function runCommand(args: readonly string[], settings: Settings = {}): Promise<Exit & { stdout: string[]; stderr: string[] }> {
  const child = startChild(args, settings);
  return { ...(await child.exited), stdout: child.stdout, stderr: child.stderr };
}

export function startChild(
  args: readonly string[],
  settings: Settings = {},
  options: { ownGroup?: boolean; user?: { uid: number; gid: number } } = {},
): Child {
  const env = { ...OWN, PULSEBOARD_DATA_DIR: join(tempFolder(), 'data'), ...settings } as Record<string, string>;
  return new Child(process.execPath, [mainScript, ...args], { env, ...options });
}

/** Runs `main.js` in a terminal of 100 columns, by `script`; what it shows is on stdout. */
export function startTerminal(args: readonly string[], settings: Settings = {}): Child {
  const env = { ...OWN, TERM: 'xterm', PULSEBOARD_DATA_DIR: join(tempFolder(), 'data'), ...settings } as Record<string, string>;
  const command = ['exec', process.execPath, mainScript, ...args].join(' ');
  return new Child('/usr/bin/script', ['--quiet', '--return', '--command', `stty columns 100; ${command}`, '/dev/null'], { env });
}

/** Broker, processor and gateway in one process, as `npm start` has them. */
export interface System {
  readonly child: Child;
  readonly settings: Settings;
  /** Of board and API, without a slash at its end. */
  readonly url: string;
  readonly mqttUrl: string;
}

export interface SystemOptions {
  ownGroup?: boolean;
  /** The broker is there, and processor and gateway are not yet. */
  onBroker?: (mqttUrl: string) => Promise<unknown>;
}

export async function startSystem(given: Settings = {}, { onBroker, ...options }: SystemOptions = {}): Promise<System> {
  const settings: Settings = { PULSEBOARD_DATA_DIR: given.PULSEBOARD_DATA_DIR ?? (await dataFolder()), ...given };
  const child = startChild(['start'], settings, options);
  const [, mqttUrl] = await child.line(/^ {2}broker +(mqtt:\S+)/);
  await onBroker?.(mqttUrl!);
  const [, url] = await child.line(/^ {2}board +(http:\S+)\/$/);
  await child.line(/^Ready/);
  return { child, settings, url: url!, mqttUrl: mqttUrl! };
}

/** For `afterAll` of every file that starts something. */
export async function cleanUp(): Promise<void> {
  await killLeftChildren();
  removeTempFolders();
}
