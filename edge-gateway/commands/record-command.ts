import { rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SettingValues } from '@pulseboard/contract';
import { openRadioLog, RadioLogError } from '../radio/radio-log.js';
import { RadioCounts } from '../radio-counts.js';
import { createUnifier } from '../unify/unifier.js';
import type { RunningIo } from './command-io.js';
import { openListening, parseListenArgs, steadyClock, UsageError, waitFor } from './listening.js';

const TELL_INTERVAL_MS = 1000;
export const recordUsage: readonly string[] = [
  'Usage: npm run gateway -- record FILE [--seconds N]',
  '',
  'Writes every frame that the radios hear into a new file, before it is decoded. Ctrl-C ends it.',
  'Play it: PULSEBOARD_RADIO=replay PULSEBOARD_REPLAY_FILE=FILE npm start',
  'It holds the numbers of the straps and every heartbeat of those in the room: ask them, and keep it safe.',
];

/** Raw frames with their times into a file. @returns exit code: 0 when something was heard, else 1 */
export async function runRecordCommand(args: string[], settings: SettingValues, io: RunningIo): Promise<number> {
  try {
    const { names, seconds, help } = parseListenArgs(args, 'record');
    if (help) {
      for (const line of recordUsage) io.out(line);
      return 0;
    }
    const [file, more] = names;
    if (file === undefined) throw new UsageError('record: name the file that is to be written, such as: record class.jsonl');
    if (more !== undefined) throw new UsageError(`record: one file is enough; "${more}" means nothing to it.`);
    return await record(resolve(file), seconds, settings, io);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof RadioLogError)) throw error;
    io.err(error.message);
    return 1;
  }
}

async function record(file: string, seconds: number | undefined, settings: SettingValues, io: RunningIo): Promise<number> {
  const { radio } = await openListening(settings, steadyClock);
  let isFull: () => void = () => {};
  const full = new Promise<void>((resolve) => {
    isFull = resolve;
  });
  let isWhole = true;
  const log = openRadioLog(
    file,
    (sentence) => {
      isWhole = false;
      io.err(sentence);
      isFull();
    },
    'wx',
  );
  const unifier = createUnifier();
  const counts = new RadioCounts();
  let frames = 0;
  const beganMs = performance.now();
  radio.start((event) => {
    frames++;
    log.write(event, event.at);
    const { sensor, error } = unifier.accept(event);
    counts.note(event.radio ?? radio.name, event.at, sensor, error !== undefined);
  });
  const told = () => {
    const faults = radio.receivers().flatMap(({ radio: name, fault }) => (fault === undefined ? [] : [`${name}: ${fault}`]));
    const elapsedS = Math.round((performance.now() - beganMs) / 1000);
    return [`${frames} frames of ${unifier.straps().length} straps in ${elapsedS} s`, ...faults].join('; ');
  };
  const timer =
    io.terminal && setInterval(() => io.terminal!.write(`\r${told().slice(0, io.terminal!.columns - 1)}\u001b[K`), TELL_INTERVAL_MS);
  await waitFor(seconds, Promise.race([io.stopping, full]));
  clearInterval(timer);
  const summary = told();
  await radio.close();
  log.close();
  io.terminal?.write('\r\u001b[K');
  if (frames === 0) {
    rmSync(file, { force: true });
    io.err(`Nothing was heard, and nothing written: ${summary}`);
    return 1;
  }
  io.out(`${file}: ${summary}, ${(statSync(file).size / 1e6).toFixed(1)} MB.`);
  io.out(`Play it: PULSEBOARD_RADIO=replay PULSEBOARD_REPLAY_FILE=${file} npm start`);
  return isWhole ? 0 : 1;
}
