import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, demoClass, guestMemberId, readSettings, SettingsError, type SettingValues, virtualClock } from '@pulseboard/contract';
import type { RadioPlan } from '@pulseboard/edge-gateway';
import { type Logger, pino } from 'pino';

export type PartName = 'start' | 'broker' | 'processor' | 'gateway';

export interface StartContext {
  version: string;
  /** One line for people. */
  out(line: string): void;
  /** Resolves when somebody asked to stop while parts still start. */
  stopping: Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A replay goes no faster than what it sends is committed. */
const MAX_HELD_READINGS = 40_000;

class ReplayInFutureError extends Error {
  readonly code = 'REPLAY_IN_FUTURE';
}

/** Composes what was asked for from the settings. @returns how to stop it, in the order that loses nothing */
export async function startParts(part: PartName, { version, out, stopping }: StartContext): Promise<() => Promise<void>> {
  const settings = readSettings(process.env);
  const log = pino({ level: settings.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of stops.splice(0).reverse()) await close();
  };
  try {
    const all = part === 'start';
    if (all && settings.brokerUrl)
      throw new SettingsError([
        'PULSEBOARD_BROKER_URL is set, but npm start brings a broker of its own; leave it empty, or start the parts alone (npm run processor, npm run gateway).',
      ]);
    out(`Pulseboard ${version}`);
    let brokerUrl = settings.brokerUrl ?? `mqtt://127.0.0.1:${settings.mqttPort}`;
    if (all || part === 'broker') {
      const { createBroker } = await import('@pulseboard/broker');
      const broker = await createBroker({
        host: settings.host,
        mqttPort: settings.mqttPort,
        mqttWsPort: settings.mqttWsPort,
        log: log.child({ part: 'broker' }),
      });
      stops.push(() => broker.close());
      if (all) brokerUrl = broker.mqttUrl;
      out(line('broker', `${broker.mqttUrl}  ${broker.mqttWsUrl}`));
    }
    const plan = all || part === 'gateway' ? await planned(settings) : undefined;
    const time = timeOf(settings, plan);
    if (all || part === 'processor')
      stops.push(await startProcessor({ settings, brokerUrl, time, version, log: log.child({ part: 'processor' }), out, stopping, all }));
    if (!plan) time.begin();
    else stops.push(await startGateway({ settings, plan, brokerUrl, time, version, log: log.child({ part: 'gateway' }), out }));
    out(all ? 'Ready. Ctrl-C stops everything.' : 'Ready. Ctrl-C stops it.');
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Time {
  clock: Clock;
  virtual: boolean;
  /** The radio begins now; a virtual clock stands still until then. @returns UTC ms of the first moment */
  begin(): number;
}

/** The clock that everything runs on: the wall's, or of a replay the virtual one, which ends where the process began. */
function timeOf(settings: SettingValues, plan: RadioPlan | undefined): Time {
  const replay = settings.radio === 'replay';
  const now = Date.now();
  if (settings.startAt === undefined && !(replay && plan)) return { clock: Date.now, virtual: false, begin: Date.now };
  const durationMs = plan?.durationMs ?? 0;
  const startAt = settings.startAt ?? now - durationMs;
  if (startAt + durationMs > now)
    throw new ReplayInFutureError(
      'PULSEBOARD_START_AT would let the recording end in the future; choose an earlier time, or leave it empty.',
    );
  let running: Clock = () => startAt;
  return {
    clock: () => running(),
    virtual: true,
    begin() {
      running = virtualClock(startAt, replay ? settings.replaySpeed : 1, Date.now);
      return startAt;
    },
  };
}

async function planned(settings: SettingValues): Promise<RadioPlan> {
  const { planRadio } = await import('@pulseboard/edge-gateway');
  return planRadio(settings);
}

interface Starting {
  settings: SettingValues;
  brokerUrl: string;
  time: Time;
  version: string;
  log: Logger;
  out(line: string): void;
}

async function startProcessor({
  settings,
  brokerUrl,
  time,
  version,
  log,
  out,
  stopping,
  all,
}: Starting & { stopping: Promise<void>; all: boolean }): Promise<() => Promise<void>> {
  const { createProcessor } = await import('@pulseboard/cloud-processor');
  const dataDir = resolve(process.cwd(), dataDirOf(settings));
  const processor = await createProcessor({
    brokerUrl,
    host: settings.host,
    httpPort: settings.httpPort,
    dataDir,
    gym: settings.gym,
    room: settings.room,
    clock: time.clock,
    version,
    log,
    webRoot: join(root, 'leaderboard', 'dist'),
    // Alone, a processor may serve real straps: it makes up members only when it is told that the radio is made up.
    ...(settings.radio === 'simulated' && (all || process.env.PULSEBOARD_RADIO) ? { demo: demoClass(settings.straps) } : {}),
    ...(settings.radio === 'replay' ? { speed: settings.replaySpeed } : {}),
  });
  out(line('processor', `${processor.url}/api/docs  data in ${dataDir}`));
  out(line('board', `${processor.url}/`));
  // With our own broker this is a moment; alone, a broker that is away must not keep the pages away.
  if (all) await Promise.race([processor.subscribed, stopping]);
  return () => processor.close();
}

/** A replay goes into a fresh folder unless one is named: recorded seconds must not mix with lived ones. */
function dataDirOf(settings: SettingValues): string {
  const named = process.env.PULSEBOARD_DATA_DIR;
  if (settings.radio !== 'replay' || named) return settings.dataDir;
  return join(settings.dataDir, `replay-${new Date().toISOString().replaceAll(/[:.]/g, '-').toLowerCase()}`);
}

async function startGateway({
  settings,
  plan,
  brokerUrl,
  time,
  version,
  log,
  out,
}: Starting & { plan: RadioPlan }): Promise<() => Promise<void>> {
  const { createGateway } = await import('@pulseboard/edge-gateway');
  let held = () => 0;
  const startAt = time.begin();
  const radio = plan.create({ clock: time.clock, startAt, ready: () => held() < MAX_HELD_READINGS });
  const gateway = createGateway({
    gym: settings.gym,
    room: settings.room,
    gateway: settings.gateway,
    brokerUrl,
    radio,
    clock: time.clock,
    clockState: time.virtual ? 'virtual' : 'unsynced',
    flushIntervalMs: settings.flushIntervalMs,
    version,
    boot: randomUUID(),
    log,
  });
  held = () => gateway.held;
  const where = `${settings.gateway} in ${settings.gym}/${settings.room}`;
  if (plan.kind === 'simulated') out(line('gateway', `${where}  simulated class of ${settings.straps}, seed ${settings.seed}`));
  else {
    const minutes = Math.round(plan.durationMs / 60_000);
    out(
      line(
        'gateway',
        `${where}  replay of ${plan.workouts.length} workouts, ${minutes} min at ${settings.replaySpeed}×, from ${new Date(startAt).toISOString()}`,
      ),
    );
    for (const workout of plan.workouts) out(`    ${guestMemberId(workout.sensor).padEnd(24)} ${workout.file}`);
    radio.ended.then((how) => how === 'finished' && out('The recording has ended; the board and the API stay.'));
  }
  return () => gateway.close();
}

const line = (part: string, text: string): string => `  ${part.padEnd(10)} ${text}`;
