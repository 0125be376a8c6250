import { decodeUsage } from './decode-command.js';
import { doctorUsage } from './doctor-command.js';
import { recordUsage } from './record-command.js';
import { scanUsage } from './scan-command.js';
import { useStoreUsage } from './use-store-command.js';

/** What `--help` says of each command, unwrapped. */
export const commandUsage: Readonly<Record<string, readonly string[]>> = {
  doctor: doctorUsage,
  scan: scanUsage,
  record: recordUsage,
  decode: decodeUsage,
  'use-store': useStoreUsage,
};
