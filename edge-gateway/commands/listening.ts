import { parseArgs } from 'node:util';
import { type Clock, type SettingValues, UserFacingError } from '@pulseboard/contract';
import { type Logger, pino } from 'pino';
import type { RadioSource } from '../radio/radio-source.js';
import { planRadio } from '../radio-plan.js';
import { SensorGate } from '../unify/sensor-gate.js';

/** UTC ms; goes on evenly whatever is done to the clock of the wall. */
export const steadyClock: Clock = () => Math.round(performance.timeOrigin + performance.now());

export interface Listening {
  radio: RadioSource;
  gate: SensorGate;
}

/** The radio that a gateway with these settings would have, by itself: without a spool and without a broker. A replay begins now. */
export async function openListening(settings: SettingValues, clock: Clock, log: Logger = pino({ level: 'silent' })): Promise<Listening> {
  const { allowSensors: allow, denySensors: deny, minRssiDbm } = settings;
  const gate = new SensorGate({ allow, deny, minRssiDbm });
  const plan = await planRadio(settings);
  const radio =
    plan.kind === 'real'
      ? plan.create({ clock, gate, maxBleConnections: settings.bleConnections, log })
      : plan.create({ clock, startAt: clock() });
  return { radio, gate };
}

/** The arguments cannot be understood. The message is a sentence for people. */
export class UsageError extends UserFacingError {
  readonly code = 'USAGE';
}

/** Arguments of a command that listens. @throws UsageError */
export function parseListenArgs(args: string[], command: string): { names: string[]; seconds: number | undefined; help: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { seconds: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
    if (seconds !== undefined && !(seconds > 0))
      throw new UsageError(`${command}: --seconds is "${values.seconds}"; it must be a number above 0.`);
    return { names: positionals, seconds, help: values.help ?? false };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const given = args[args.indexOf('--seconds') + 1];
    // What begins with a dash would be an option.
    if (args.includes('--seconds') && given?.startsWith('-') && Number.isFinite(Number(given)))
      throw new UsageError(`${command}: --seconds is "${given}"; it must be a number above 0.`);
    throw new UsageError(`${command}: ${(error as Error).message.split('. ')[0]}. ${command} --help tells what it knows.`);
  }
}

/** Resolves after so many seconds (undefined: never), or when it is asked to stop. @returns clears what waits */
export function waitFor(seconds: number | undefined, stopping: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000);
    stopping.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
