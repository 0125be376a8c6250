import { readSettings, type SettingValues } from '@pulseboard/contract';
import { dataDirOf, spoolDirOf } from './folders.js';
import { askedToStop } from './lifecycle.js';

interface Io {
  out(line: string): void;
  err(line: string): void;
  /** Resolves when nobody reads standard output any more. */
  unread: Promise<void>;
}

/** What `npm run gateway -- <name>` does besides being a gateway. @returns the exit code */
type GatewayCommand = (args: string[], io: Io) => Promise<number>;

/** Without a terminal (a pipe, a service) there is nothing to draw on. */
const terminal = () => {
  const { stdout } = process;
  return stdout.isTTY
    ? {
        write: (text: string) => void stdout.write(text),
        // The window may be made smaller or larger meanwhile.
        get columns() {
          return stdout.columns || 80;
        },
        get rows() {
          return stdout.rows || 24;
        },
      }
    : undefined;
};

const settings = (): SettingValues => readSettings(process.env);

export const gatewayCommands: Readonly<Record<string, GatewayCommand>> = {
  async decode(args, io) {
    const { runDecodeCommand } = await import('@pulseboard/edge-gateway');
    return runDecodeCommand(args, io);
  },
  async scan(args, io) {
    const { runScanCommand } = await import('@pulseboard/edge-gateway');
    return runScanCommand(args, settings(), { ...io, terminal: terminal(), stopping: Promise.race([askedToStop(), io.unread]) });
  },
  async record(args, io) {
    const { runRecordCommand } = await import('@pulseboard/edge-gateway');
    return runRecordCommand(args, settings(), { ...io, terminal: terminal(), stopping: askedToStop() });
  },
  async 'use-store'(args, io) {
    const { runUseStoreCommand } = await import('@pulseboard/edge-gateway');
    const values = settings();
    return runUseStoreCommand(args, spoolDirOf(values, dataDirOf(values)), io);
  },
  async doctor(args, io) {
    const { runDoctorCommand } = await import('@pulseboard/edge-gateway');
    const values = settings();
    // It changes nothing, so there is no reason to go on.
    void io.unread.then(() => process.exit());
    return runDoctorCommand(args, values, spoolDirOf(values, dataDirOf(values)), io);
  },
};
