import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { dataDirOf } from './folders.js';
import { readJson, watchRequests, writeWhole } from './request-files.js';

/* A request is a file in the data folder, as that of a backup: only those who may write there can ask. */
const REQUEST = 'influx-restarted-request.json';
const ANSWER = 'influx-restarted-answer.json';
const POLL_MS = 100;
const NO_ANSWER_MS = 20_000;

interface Answer {
  id: string;
  /** Why it was refused; absent: it was confirmed. */
  fault?: string;
}

/**
 * Answers a person who says that InfluxDB was restarted twice, until it is ended.
 * @param confirm rejects with a sentence when there is nothing to confirm
 * @returns how to end it
 */
export async function serveInfluxRestarted(dataDir: string, confirm: () => Promise<void>, log: Logger): Promise<() => Promise<void>> {
  for (const name of [REQUEST, ANSWER]) await rm(join(dataDir, name), { force: true });
  const answer = async (id: string) => {
    await rm(join(dataDir, REQUEST), { force: true });
    const fault = await confirm().then(
      () => undefined,
      ({ message }: Error) => message,
    );
    await writeWhole(join(dataDir, ANSWER), { id, ...(fault === undefined ? {} : { fault }) } satisfies Answer);
  };
  return watchRequests(join(dataDir, REQUEST), answer, 'a confirmation that InfluxDB was restarted could not be answered', log);
}

export const influxRestartedUsage: readonly string[] = `Confirms that InfluxDB was restarted twice after its disk was full.

  npm run processor -- influx-restarted

It is needed only where InfluxDB does not report its starts (its /metrics are closed): the processor says so and writes nothing until then. Without two
restarts InfluxDB loses what it acknowledges: its log is torn, the first restart cuts it, and what is written before the second one is gone. So:
make room on its disk, restart it, restart it once more, then run this while the processor of the data folder (PULSEBOARD_DATA_DIR) runs.`.split(
  '\n',
);

/** `npm run processor -- influx-restarted`. @returns the exit code */
export async function runInfluxRestarted(
  { out, err }: { out(line: string): void; err(line: string): void },
  dataDir = dataDirOf(readSettings(process.env)),
  noAnswerMs = NO_ANSWER_MS,
): Promise<number> {
  const id = randomUUID();
  try {
    await writeWhole(join(dataDir, REQUEST), { id });
    for (const began = performance.now(); performance.now() - began < noAnswerMs; await sleep(POLL_MS)) {
      const answer = await readJson<Answer>(join(dataDir, ANSWER));
      if (answer?.id !== id) continue;
      if (answer.fault === undefined) out('Confirmed. The processor writes to InfluxDB again, and the gateways send what they kept.');
      else err(answer.fault);
      return answer.fault === undefined ? 0 : 1;
    }
    err(`No processor answers in the data folder ${dataDir}; start it, or set PULSEBOARD_DATA_DIR to its folder.`);
    return 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    err(`There is no data folder ${dataDir}; set PULSEBOARD_DATA_DIR to the folder of a processor.`);
    return 1;
  } finally {
    for (const name of [REQUEST, ANSWER]) await rm(join(dataDir, name), { force: true });
  }
}
