import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A fixture: a D-Bus of its own for a test, that can be killed and started again at the same address. */
export interface PrivateBus {
  readonly address: string;
  start(): Promise<void>;
  /** At once, as a machine that loses it. */
  kill(): Promise<void>;
  /** It is there and does nothing, until it goes on. */
  freeze(): void;
  goOn(): void;
  /** Kills it and removes its folder. */
  close(): Promise<void>;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns the dbus-daemon of TEST_DBUS_DAEMON or on the path; undefined: there is none */
export const findDbusDaemon = (): string | undefined =>
  [process.env.TEST_DBUS_DAEMON, ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'dbus-daemon'))]
    .filter((path) => path !== undefined)
    .find(isExecutable);

/** @param limits as dbus-daemon names them: `{ max_completed_connections: 1 }` @param daemon its path */
export function createPrivateBus(daemon: string, limits: Record<string, number> = {}): PrivateBus {
  const folder = mkdtempSync(join(tmpdir(), 'bus-'));
  const address = `unix:path=${join(folder, 'socket')}`;
  const config = join(folder, 'bus.conf');
  const limitLines = Object.entries(limits).map(([name, value]) => `<limit name="${name}">${value}</limit>`);
  writeFileSync(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>${address}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy>
${limitLines.join('')}</busconfig>`,
  );
  let signal: (name: NodeJS.Signals) => void = () => {};
  let stop: (() => Promise<void>) | undefined;
  return {
    address,
    async start() {
      const child = spawn(daemon, [`--config-file=${config}`, '--nofork', '--nopidfile', '--print-address'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const exited = once(child, 'exit');
      signal = (name) => child.kill(name);
      stop = async () => {
        signal('SIGKILL');
        await exited;
      };
      await once(child.stdout, 'data');
    },
    async kill() {
      await stop?.();
      stop = undefined;
    },
    freeze: () => signal('SIGSTOP'),
    goOn: () => signal('SIGCONT'),
    async close() {
      await stop?.();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
