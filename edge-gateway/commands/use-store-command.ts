import { existsSync } from 'node:fs';
import { fileFault } from '@pulseboard/contract';
import { isStoreId, orderStore } from '../spool/known-store.js';
import type { CommandIo } from './command-io.js';

export const useStoreUsage: readonly string[] = [
  'Usage: npm run gateway -- use-store <id of the store>',
  'Sends the readings that this gateway still holds, and all later ones, to another store.',
  '',
  'A gateway deletes a reading only when the store that it knows has it. Another processor on the same broker, a processor with a new data folder, or that of',
  'another gym has another store: the gateway reports its id, keeps its readings, and waits for this command. A restored backup is the same store.',
  '',
  'The spool folder is that of the settings (PULSEBOARD_SPOOL_DIR, PULSEBOARD_DATA_DIR). A gateway that runs takes the command within a second, another',
  'one when it starts. What the former store already has is not sent again: the ledger of the new store names it "elsewhere".',
];

/** `npm run gateway -- use-store <id>`. @param spoolDir of the gateway @returns the exit code */
export async function runUseStoreCommand(
  [store]: readonly string[],
  spoolDir: string,
  { out, err }: Pick<CommandIo, 'out' | 'err'>,
): Promise<number> {
  if (!isStoreId(store)) {
    err(`use-store: the id of a store has 16 hexadecimal digits, such as 5f0c3a9e21b7d846; the log and the health of the gateway name it.`);
    return 1;
  }
  if (!existsSync(spoolDir)) {
    err(`use-store: there is no spool folder ${spoolDir}; set PULSEBOARD_SPOOL_DIR to the folder of the gateway.`);
    return 1;
  }
  try {
    orderStore(spoolDir, store);
  } catch (error) {
    err(`use-store: ${spoolDir} cannot be written: ${fileFault(error as NodeJS.ErrnoException)}; run it as the user of the gateway.`);
    return 1;
  }
  out(`The gateway of ${spoolDir} uses the store ${store} from now on; one that runs takes it within a second.`);
  return 0;
}
