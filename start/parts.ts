import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InfluxLogin } from '@pulseboard/cloud-processor';
import { type Clock, demoClass, readSettings, SettingsError, type SettingValues } from '@pulseboard/contract';
import type { GatewayClock, RadioPlan } from '@pulseboard/edge-gateway';
import type { Logger } from 'pino';
import { addressesOf, isOpenToOthers } from './addresses.js';
import { serveBackups } from './backup-requests.js';
import { type Claim, claimFolder } from './claim-folder.js';
import { type ClockDoubt, watchClock } from './clock-doubt.js';
import { DATA_FOLDER, DAY_MS, dataDirOf, HOUR_MS, SPOOL_FOLDER, spoolDirOf } from './folders.js';
import { startGateway } from './gateway-part.js';
import { influxLogin } from './influx-login.js';
import { serveInfluxRestarted } from './influx-restarted.js';
import { createLogger, logIsReadWithOutput } from './logger.js';
import { observeBroker } from './observe.js';
import { type Time, timeOf } from './time.js';

export type PartName = 'start' | 'broker' | 'processor' | 'gateway';

export interface StartContext {
  version: string;
  /** One line for people. */
  out(line: string): void;
  /** Resolves when somebody asked to stop while parts still start. */
  stopping: Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Composes what was asked for from the settings. @returns how to stop it, in the order that loses nothing */
export async function startParts(part: PartName, { version, out, stopping }: StartContext): Promise<() => Promise<void>> {
  const settings = readSettings(process.env);
  const log = createLogger(settings);
  let isStopping = false;
  void stopping.then(() => {
    isStopping = true;
  });
  const stops: (() => Promise<unknown>)[] = [];
  const claims: Claim[] = [];
  /** Gateways of other rooms may have sent some, and forgotten them: then a refused start must not remove the store. */
  let hasReadings = () => false;
  const stop = async () => {
    for (const close of stops.splice(0).reverse()) await close();
    for (const claim of claims.splice(0).reverse()) await claim.release();
  };
  try {
    const all = part === 'start';
    const influx = influxLogin(settings);
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
      const [tcp, webSocket] = [broker.mqttUrl, broker.mqttWsUrl].map((url) => addressesOf(url, settings.host));
      for (const [i, url] of tcp!.entries()) out(line(i === 0 ? 'broker' : '', `${url}  ${webSocket![i]}`));
      stops.push(await observeBroker(settings, broker, version, out));
    }
    const dataDir = dataDirOf(settings);
    const spoolDir = spoolDirOf(settings, dataDir);
    const hasGateway = all || part === 'gateway';
    const plan = hasGateway ? await planned(settings, all) : undefined;
    const time = timeOf(settings, plan?.kind === 'real' ? undefined : plan, !all, Date.now);
    // A replay that cannot be played leaves no folder.
    if (all || part === 'processor') claims.push(await claimFolder(dataDir, DATA_FOLDER, { say: out }));
    if (hasGateway) claims.push(await claimFolder(spoolDir, SPOOL_FOLDER, { say: out }));
    const clock = plan ? await gatewayClock(time, spoolDir, all, log) : undefined;
    const starting = { settings, brokerUrl, version, out };
    if (all || part === 'processor') {
      // In one process there is one clock: a step of the wall's must not part the gateway from the board.
      const processorClock = all && clock ? clock.utcNow : time.clock;
      const machine = await machineClock(processorClock);
      stops.push(async () => machine.doubt.close());
      const processor = await startProcessor({
        ...starting,
        clock: processorClock,
        isClockVirtual: time.kind === 'virtual',
        machineBoot: machine.boot,
        clockDoubt: machine.doubt.reason,
        dataDir,
        influx,
        log: log.child({ part: 'processor' }),
        stopping,
        all,
      });
      stops.push(processor.close);
      hasReadings = processor.hasReadings;
    }
    if (plan && clock)
      stops.push(await startGateway({ ...starting, isAlone: !all, plan, time, clock, spoolDir, log: log.child({ part: 'gateway' }) }));
    else time.begin();
    if (part !== 'gateway' && isOpenToOthers(settings.host))
      out(
        `There is no login: everybody who reaches this machine can see all heart rates and change what is stored. PULSEBOARD_HOST=127.0.0.1 keeps other machines out.`,
      );
    if (!isStopping) out(all ? 'Ready. Ctrl-C stops everything.' : 'Ready. Ctrl-C stops it.');
    return stop;
  } catch (error) {
    for (const close of stops.splice(0).reverse()) await close();
    for (const claim of claims.splice(0).reverse()) await (hasReadings() ? claim.release() : claim.discard());
    throw error;
  }
}

/** The gateway's own clock, anchored; a virtual one is given to it. */
async function gatewayClock(time: Time, folder: string, hasProcessor: boolean, log: Logger): Promise<GatewayClock> {
  const { givenClock, openGatewayClock } = await import('@pulseboard/edge-gateway');
  const { readWallSigns, wallTrust } = await import('#machine-clock');
  if (time.kind === 'virtual') return givenClock(time.clock, 'virtual');
  const trust = wallTrust(readWallSigns(Date.now()));
  const clock = openGatewayClock({ folder, report: (sentence) => log.warn(sentence), takesOver: !hasProcessor, trust });
  if (hasProcessor) {
    // The processor of the same process has the clock of this machine, which proves nothing: NTP is asked first.
    await clock.asked;
    clock.estimateIfPlausible();
    if (!clock.isAnchored)
      log.warn(
        'The clock of this machine may be wrong: nothing is shown or stored until NTP sets it, for 60 s at most if it stands at a possible time.',
      );
  }
  return clock;
}

/** What a processor must know of the clock that it runs on. */
async function machineClock(clock: Clock): Promise<{ boot: string | undefined; doubt: ClockDoubt }> {
  const { isNtpSynchronized, machineBootName, readMachineBoot, readWallSigns, wallTrust } = await import('#machine-clock');
  const isPlausible = (wallMs: number) => wallTrust(readWallSigns(wallMs)) === 'plausible';
  // Elsewhere the boot has no name that two processes know.
  const boot = process.platform === 'linux' ? machineBootName(readMachineBoot()) : undefined;
  return { boot, doubt: watchClock({ wall: clock, isPlausible, isNtpSynchronized }) };
}

/** What is tried on a laptop has no antenna; what stands in a gym must not make up people. */
const radioOf = ({ radio }: SettingValues, all: boolean) => radio ?? (all ? 'simulated' : 'auto');

async function planned(settings: SettingValues, all: boolean): Promise<RadioPlan> {
  const { planRadio } = await import('@pulseboard/edge-gateway');
  const plan = await planRadio({ ...settings, radio: radioOf(settings, all) });
  if (plan.kind === 'real' && settings.startAt !== undefined)
    throw new SettingsError(['PULSEBOARD_START_AT is for a replay or a simulated class; leave it empty with a real radio.']);
  return plan;
}

interface Starting {
  settings: SettingValues;
  brokerUrl: string;
  version: string;
  log: Logger;
  out(line: string): void;
}

async function startProcessor({
  settings,
  brokerUrl,
  clock,
  isClockVirtual,
  machineBoot,
  clockDoubt,
  dataDir,
  influx,
  version,
  log,
  out,
  stopping,
  all,
}: Starting & {
  clock: Clock;
  isClockVirtual: boolean;
  machineBoot: string | undefined;
  clockDoubt: () => string | undefined;
  dataDir: string;
  influx: InfluxLogin | undefined;
  stopping: Promise<void>;
  all: boolean;
}): Promise<{ hasReadings(): boolean; close(): Promise<void> }> {
  const { createProcessor, placeOf } = await import('@pulseboard/cloud-processor');
  const processor = await createProcessor({
    brokerUrl,
    host: settings.host,
    httpPort: settings.httpPort,
    dataDir,
    influx,
    databaseUrl: settings.databaseUrl,
    gym: settings.gym,
    room: settings.room,
    clock,
    isClockVirtual,
    machineBoot,
    clockDoubt,
    retention: { readingsMs: settings.readingsDays * DAY_MS, secondsMs: settings.secondsDays * DAY_MS },
    spoolMs: settings.spoolHours * HOUR_MS,
    version,
    log,
    tell: logIsReadWithOutput() ? () => {} : (sentence) => out(`    ${sentence}`),
    webRoot: join(root, 'leaderboard', 'dist'),
    // Alone, a processor may serve real straps: it makes up members only when it is told that the radio is made up.
    ...((all ? radioOf(settings, all) : settings.radio) === 'simulated' ? { demo: demoClass(settings.straps, settings) } : {}),
    ...(settings.radio === 'replay' ? { speed: settings.replaySpeed } : {}),
  });
  const elsewhere = [
    ...(influx ? [`readings in ${influx.url}`] : []),
    ...(settings.databaseUrl ? [`people in PostgreSQL at ${placeOf(settings.databaseUrl)}`] : []),
  ];
  out(
    line(
      'processor',
      `${addressesOf(processor.url, settings.host)[0]}/api/docs  ${[...elsewhere, `${elsewhere.length ? 'all else' : 'data'} in ${dataDir}`].join(', ')}`,
    ),
  );
  const pages = addressesOf(processor.url, settings.host);
  for (const [i, url] of pages.entries()) out(line(i === 0 ? 'board' : '', `${url}/`));
  const rooms = processor.rooms();
  if (rooms.length > 1 || isOpenToOthers(settings.host))
    for (const [i, { gym, room }] of rooms.entries()) out(line(i === 0 ? 'walls' : '', `${pages[0]}/wall/${gym}/${room}`));
  // With our own broker this is a moment; alone, a broker that is away must not keep the pages away.
  if (all) await Promise.race([processor.subscribed, stopping]);
  const stopServing = [
    await serveBackups(dataDir, (folder) => processor.copyStores(folder), log),
    await serveInfluxRestarted(dataDir, () => processor.confirmInfluxRestarts(), log),
  ];
  return {
    hasReadings: () => processor.hasReadings(),
    async close() {
      for (const stop of stopServing) await stop();
      await processor.close();
    },
  };
}

const line = (part: string, text: string): string => `  ${part.padEnd(10)} ${text}`;
