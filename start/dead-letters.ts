import { readSettings } from '@pulseboard/contract';
import { claimFolder } from './claim-folder.js';
import { DATA_FOLDER, DAY_MS, dataDirOf } from './folders.js';
import { influxLogin } from './influx-login.js';
import { createLogger } from './logger.js';

/** `npm run processor -- dead-letters …`, on a data folder whose processor does not run. @returns the exit code */
export async function runDeadLetters(args: readonly string[], io: { out(line: string): void; err(line: string): void }): Promise<number> {
  const settings = readSettings(process.env);
  const { runDeadLettersCommand } = await import('@pulseboard/cloud-processor');
  const dataDir = dataDirOf(settings);
  const retention = { readingsMs: settings.readingsDays * DAY_MS, secondsMs: settings.secondsDays * DAY_MS };
  const asksForHelp = args[0] === '--help' || args[0] === '-h';
  const influx = influxLogin(settings);
  const log = createLogger({ ...settings, logLevel: settings.logLevel === 'info' ? 'warn' : settings.logLevel });
  const claim = asksForHelp ? undefined : await claimFolder(dataDir, DATA_FOLDER);
  try {
    return await runDeadLettersCommand(args, {
      dataDir,
      influx,
      databaseUrl: settings.databaseUrl,
      retention,
      clock: Date.now,
      log,
      ...io,
    });
  } finally {
    await claim?.discard();
  }
}
