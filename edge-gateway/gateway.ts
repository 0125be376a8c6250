import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  type CadenceRule,
  createParser,
  cutSentence,
  type GatewayHealth,
  type GatewayParams,
  GatewayRequest,
  MAX_RADIOS,
  MAX_SENTENCE,
  MAX_STRAPS,
  MIN_UTC_MS,
} from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { GatewayClock } from './clock/gateway-clock.js';
import { machineLoad } from './machine-load.js';
import { GatewayProtocol } from './publish/gateway-protocol.js';
import { createMqttUplink } from './publish/mqtt-uplink.js';
import { Publisher, type SpoolLimits } from './publish/publisher.js';
import { CLIENT_ID_FILE, storedClientId } from './publish/stored-client-id.js';
import { openRadioLog } from './radio/radio-log.js';
import type { RadioEvent, RadioSource } from './radio/radio-source.js';
import { radioWithinBounds } from './radio-bounds.js';
import { RadioCounts } from './radio-counts.js';
import { RadioWatch, type TellRadio } from './radio-watch.js';
import { DiskSpool } from './spool/disk-spool.js';
import { KnownStore } from './spool/known-store.js';
import { LeftOut } from './unify/left-out.js';
import type { SensorGate } from './unify/sensor-gate.js';
import { createUnifier } from './unify/unifier.js';

export interface GatewayOptions extends GatewayParams {
  brokerUrl: string;
  /** Its events carry the clock's provisional time. */
  radio: RadioSource;
  /** Whose heartbeats are taken; everybody's unless given. */
  gate?: SensorGate | undefined;
  /** What the cadence of single Bluetooth pods counts. */
  cadenceRules?: readonly CadenceRule[];
  /** Told what becomes of the antennas. */
  tellRadio?: TellRadio;
  /** Told what a person in the room should know besides: a sentence. */
  tell?: (sentence: string) => void;
  clock: GatewayClock;
  spool: SpoolLimits & { folder: string };
  /** File for every frame as it was heard. */
  radioLog?: string | undefined;
  flushIntervalMs: number;
  version: string;
  /** Random id of this process start; the spool's id is made of it. */
  boot: string;
  log: Logger;
}

export interface Gateway {
  /** Readings not committed yet: a fast replay waits while it is large. */
  readonly held: number;
  health(): GatewayHealth;
  close(): Promise<void>;
}

const HEALTH_INTERVAL_MS = 10_000;
const TICK_MS = 1000;
const MAX_SEGMENT_BYTES = 1_000_000;
/** Of a small spool a segment is no large part: what goes when it is full goes by segments. */
const SEGMENTS_OF_A_SPOOL = 8;
const spoolId = (random: string): string => createHash('sha256').update(random).digest('hex').slice(0, 20);
const requestParser = createParser(GatewayRequest, 'request');

/**
 * Radio to broker: decodes, unifies, spools and publishes until closed. Nobody else may use its spool folder.
 * @throws SpoolFolderError, RadioLogError
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { gym, room, gateway, brokerUrl, radio, clock, flushIntervalMs, version, boot, log } = options;
  const since = Math.max(MIN_UTC_MS, clock.utcNow());
  const bornAt = performance.now();
  const unifier = createUnifier(options.gate, options.cadenceRules);
  const load = machineLoad();
  const counts = new RadioCounts();
  const leftOut = new LeftOut();

  const { folder, ...limits } = options.spool;
  const id = spoolId(boot);
  const segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.ceil(limits.maxBytes / SEGMENTS_OF_A_SPOOL));
  const disk = DiskSpool.open({ folder, gateway, id, machineBoot: clock.machineBoot, segmentBytes });
  const knownStore = new KnownStore(folder);
  for (const report of disk.reports) log.warn(report);
  const protocol = new GatewayProtocol(id, disk.recovered, Math.random, { store: knownStore.saved });
  if (protocol.heldCount) log.info({ readings: protocol.heldCount }, 'readings of former runs wait in the spool');
  const radioLog = options.radioLog === undefined ? undefined : openRadioLog(options.radioLog, (sentence) => log.warn(sentence));

  clock.noteBroker(false);
  let clockFault: string | undefined;
  const tell = (sentence: string, isFault: boolean) => {
    options.tell?.(sentence);
    log[isFault ? 'warn' : 'info'](sentence);
  };
  const foreignStore = () => {
    const sentence = publisher.foreignStore;
    return sentence === undefined ? {} : { foreignStore: cutSentence(sentence, MAX_SENTENCE) };
  };
  const health = (): GatewayHealth => {
    const straps = unifier
      .straps()
      .slice(-MAX_STRAPS)
      .map((strap) => ({ ...strap, lastHeardAt: strap.lastHeardAt + clock.offsetMs }));
    return {
      at: Math.max(MIN_UTC_MS, clock.utcNow()),
      version,
      boot,
      uptimeS: Math.floor((performance.now() - bornAt) / 1000),
      ...clock.health(),
      wallClockAheadMs: clock.wallStepMs(),
      spools: publisher.ledger(),
      spoolBytes: disk.bytes,
      ...(disk.diskFault === undefined ? {} : { spoolFault: cutSentence(disk.diskFault, MAX_SENTENCE) }),
      ...(publisher.deadLetters.length ? { deadLetters: [...publisher.deadLetters] } : {}),
      refusedCommits: protocol.refusedEntries,
      ...(protocol.store === undefined ? {} : { store: protocol.store }),
      ...foreignStore(),
      radios: counts.health(radio.receivers()).slice(0, MAX_RADIOS).map(radioWithinBounds),
      straps,
      ...load(),
    };
  };
  // Before the anchor its time is wrong; but a clock that stays unset must be reported.
  const sendHealth = () => (clock.isAnchored || clock.health().clockFault !== undefined) && uplink.sendHealth(health());

  const uplink = createMqttUplink({
    brokerUrl,
    clientId: storedClientId(join(folder, CLIENT_ID_FILE), { gym, gateway }, randomBytes(4).toString('hex'), (sentence) =>
      log.warn(sentence),
    ),
    params: { gym, room, gateway },
    status: { version, boot, since },
    log,
    tell,
    events: {
      onConnect() {
        clock.noteBroker(true);
        publisher.onConnect();
        sendHealth();
      },
      onDisconnect() {
        clock.noteBroker(false);
        publisher.onDisconnect();
      },
      onCommitted: (committed) => publisher.onCommitted(committed),
      onProcessorNow: (now, word) => clock.hearProcessorNow(now, word),
      onRequest(action, payload) {
        const { transaction } = requestParser.parse(payload);
        uplink.sendResponse(
          action,
          action === 'health'
            ? { transaction, status: 'ok', result: health() }
            : { transaction, status: 'error', error: `no action "${action}"; this gateway knows: health` },
        );
      },
    },
  });
  const publisher = new Publisher({
    protocol,
    disk,
    knownStore,
    uplink,
    gateway,
    boot,
    clock: clock.utcNow,
    flushIntervalMs,
    limits,
    log,
    onDrained: sendHealth,
  });
  clock.onAnchored(({ correctsByMs, ...anchor }) => {
    radioLog?.anchored(anchor.offsetMs);
    if (correctsByMs === undefined) {
      log.info(clock.describe());
      publisher.anchor(anchor);
    } else {
      tell(`${clock.health().clockFault} ${clock.describe()}`, true);
      publisher.correct(anchor, spoolId(randomUUID()));
    }
    sendHealth();
  });

  const onEvent = (event: RadioEvent): void => {
    radioLog?.write(event, event.at + clock.offsetMs);
    const { readings, sensor, refused, error } = unifier.accept(event);
    counts.note(event.radio ?? radio.name, event.at, sensor, error !== undefined);
    if (error) log.debug({ err: error.message, code: error.code }, 'frame not decoded');
    if (sensor !== undefined) {
      leftOut.note(sensor, event.at, refused);
      const news = leftOut.news(event.at);
      if (news !== undefined) tell(news, true);
    }
    for (const reading of readings) publisher.take({ ...reading, at: reading.at + clock.offsetMs });
  };
  const watch = new RadioWatch((sentence, isFault) => {
    options.tellRadio?.(sentence, isFault);
    log[isFault ? 'warn' : 'info'](sentence);
    sendHealth();
  });
  let fault: string | undefined;
  const tick = async () => {
    const unset = clock.isAnchored ? undefined : clock.health().clockFault;
    if (unset !== clockFault && unset !== undefined) tell(unset, true);
    clockFault = unset;
    watch.look(radio.receivers(), performance.now());
    // Whatever the disk does, the room is heard.
    await publisher.tick().catch((error: Error) => log.error({ err: error.stack }, 'the spool could not be looked after'));
    if (disk.diskFault === fault) return;
    fault = disk.diskFault;
    if (fault) log.error({ fault, folder }, 'the spool cannot be written; live readings go on, the rest waits in memory');
    else log.info('the spool is written again');
    sendHealth();
  };
  // The first numbers may be sent once a ceiling above them is durable.
  const ready = tick();
  radio.start(onEvent);
  const timers = [setInterval(sendHealth, HEALTH_INTERVAL_MS), setInterval(tick, TICK_MS)];

  return {
    get held() {
      return protocol.heldCount;
    },
    health,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await radio.close();
      await ready;
      await publisher.close();
      await uplink.close();
      clock.close();
      radioLog?.close();
    },
  };
}
