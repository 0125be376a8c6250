/**
 * The oracle: a program of its own that computes from the bytes a gateway heard which rows must be in the store.
 * `node oracle.js <out> <radio log>…`: writes one JSON line for each reading of one gateway, in the order of the spools' numbers. Shares no code with gateway or processor.
 */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Reading } from '@pulseboard/contract';
import { HeardSensors } from './heard-sensors.js';
import { anchorOf, readRadioLog } from './radio-log.js';

/** One reading that must be in the store. */
export interface ExpectedLine {
  /** Name of the radio log: one process of a gateway, whose spool numbers its readings from 1. */
  life: string;
  number: number;
  /** It comes of the last frame that was written down: a process that was killed may not have decoded it any more. */
  isOfLastFrame: boolean;
  reading: Reading;
}

/**
 * The readings of one radio log, in order.
 * @param offsetMs as `readRadioLog` has it
 */
export async function* expectedOf(path: string, offsetMs?: number): AsyncGenerator<ExpectedLine> {
  const sensors = new HeardSensors();
  const life = basename(path);
  let number = 0;
  let pending: ExpectedLine | undefined;
  for await (const frame of readRadioLog(path, offsetMs)) {
    if (pending) yield pending;
    const reading = sensors.hear(frame);
    pending = reading && { life, number: ++number, isOfLastFrame: false, reading };
  }
  if (pending) yield { ...pending, isOfLastFrame: true };
}

/** @param logs of one gateway, the first process first */
async function main([out, ...logs]: string[]): Promise<void> {
  const anchors = await Promise.all(logs.map(anchorOf));
  const file = createWriteStream(out!);
  for (const [i, log] of logs.entries()) {
    const next = anchors.slice(i).find((offsetMs) => offsetMs !== undefined);
    for await (const line of expectedOf(log, next)) if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
