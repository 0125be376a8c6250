import { createHash } from 'node:crypto';
import { type Clock, type ClockState, createParser, type GatewayHealth, type GatewayParams, GatewayRequest } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { machineLoad } from './machine-load.js';
import { createMqttUplink } from './publish/mqtt-uplink.js';
import { Publisher } from './publish/publisher.js';
import type { RadioEvent, RadioSource } from './radio/radio-source.js';
import { MemorySpool } from './spool/memory-spool.js';
import { createUnifier } from './unify/unifier.js';

export interface GatewayOptions extends GatewayParams {
  brokerUrl: string;
  radio: RadioSource;
  clock: Clock;
  clockState: ClockState;
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
const requestParser = createParser(GatewayRequest, 'request');

/** Radio to broker: decodes, unifies, spools and publishes until closed. */
export function createGateway(options: GatewayOptions): Gateway {
  const { gym, room, gateway, brokerUrl, radio, clock, clockState, flushIntervalMs, version, boot, log } = options;
  const since = clock();
  const bornAt = performance.now();
  const spool = new MemorySpool(createHash('sha256').update(boot).digest('hex').slice(0, 20));
  const unifier = createUnifier();
  const load = machineLoad();
  const counts = { frames: 0, badFrames: 0 };

  const health = (): GatewayHealth => {
    const straps = unifier.straps();
    return {
      at: clock(),
      version,
      boot,
      uptimeS: Math.floor((performance.now() - bornAt) / 1000),
      clock: clockState,
      spools: [spool.ledger(clock())],
      spoolBytes: 0,
      refusedCommits: 0,
      radios: [{ radio: radio.name, state: radio.state(), ...counts, straps: straps.length }],
      straps,
      ...load(),
    };
  };

  const uplink = createMqttUplink({
    brokerUrl,
    params: { gym, room, gateway },
    status: { version, boot, since },
    log,
    events: {
      onConnect: () => {
        publisher.onConnect();
        uplink.sendHealth(health());
      },
      onCommitted: (committed) => publisher.onCommitted(committed),
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
  const publisher = new Publisher({ spool, uplink, gateway, boot, clock, clockState, flushIntervalMs });

  const onEvent = (event: RadioEvent): void => {
    const { readings, error } = unifier.accept(event);
    counts.frames++;
    if (error) {
      counts.badFrames++;
      log.debug({ err: error.message, code: error.code }, 'frame not decoded');
    }
    for (const reading of readings) publisher.take(reading);
  };
  radio.start(onEvent);
  const timers = [setInterval(() => uplink.sendHealth(health()), HEALTH_INTERVAL_MS), setInterval(() => publisher.tick(), TICK_MS)];

  return {
    get held() {
      return spool.held;
    },
    health,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await radio.close();
      publisher.close();
      await uplink.close();
    },
  };
}
