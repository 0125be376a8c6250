import type { Alert, BatteryState, GatewayParams, Id, RoomParams } from '@pulseboard/contract';
import type { DeadReason } from '../ingest/dead-letter.js';
import { byte, int, long, Measurement, type MeasurementOptions, real, text } from '../storage/influx/measurement.js';

/*
 * What dashboards read beside member-seconds, as measurements of InfluxDB: names with their units, integers wherever something is counted, 1 or 0 for
 * yes or no so that it can be summed and drawn. Written every 10 s. InfluxDB keeps a field that a later line of the same point does not name: what is
 * written again with other values, which sessions are, has no field that may be absent.
 */

interface At {
  /** UTC ms. */
  at: number;
}

/** A gateway: what it said last, and both sides of the ledger over all its spools. */
export interface GatewayRow extends At, GatewayParams {
  online: number;
  /** Since its last word. */
  silentS: number;
  version: string;
  /** `synced`, `unsynced` or `virtual`. */
  clock: string;
  wallClockAheadMs: number;
  uptimeS: number;
  cpuPercent: number;
  memoryMb: number;
  temperatureC?: number;
  /** Heard in the last 10 minutes. */
  straps: number;
  spools: number;
  spoolBytes: number;
  /** 1: the disk takes nothing. */
  spoolFault: number;
  refusedCommits: number;
  /** On the gateway, not committed. */
  waiting: number;
  oldestWaitingS: number;
  decoded: number;
  committed: number;
  stored: number;
  deadLettered: number;
  dropped: number;
  open: number;
  abandoned: number;
  /** Readings of which nobody can say where they are: 0. */
  imbalance: number;
}

/** A strap or foot pod, as one gateway hears it. */
export interface StrapRow extends At, GatewayParams {
  sensor: Id;
  silentS: number;
  rssiDbm?: number;
  batteryPercent?: number;
  batteryState?: BatteryState;
}

/** An antenna. Counts are since its gateway's start. */
export interface RadioRow extends At, GatewayParams {
  radio: string;
  state: string;
  frames: number;
  badFrames: number;
  straps: number;
  restarts: number;
}

/** The processor. Counts are since its start, so that a restart begins anew at 0. */
export interface PipelineRow extends At {
  processor: string;
  epoch: number;
  /** 1: it answers. */
  store: number;
  broker: number;
  registry: number;
  received: number;
  stored: number;
  deadLettered: number;
  duplicate: number;
  turnedAway: number;
  /** Taken, and not stored yet. */
  waiting: number;
  /** Readings that were received, and of which nobody can say what became of them: 0. */
  imbalance: number;
  refusedBatches: number;
  failedFlushes: number;
  clockFaults: number;
  /** Of these measurements: what InfluxDB did not take. */
  lostLines: number;
  /** Since the end of the last derived second. */
  derivedLagMs: number;
  /** Readings by their age at arrival, each in one of them. */
  arrivedWithin100ms: number;
  arrivedWithin1s: number;
  arrivedWithin10s: number;
  arrivedWithin1h: number;
  arrivedLater: number;
  memoryMb: number;
}

export interface DeadLettersRow extends At {
  processor: string;
  reason: DeadReason;
  letters: number;
}

/** An alert, or that it is over. */
export interface AlertRow extends Alert {
  /** Among those of one moment, which would be one point otherwise. */
  place: number;
}

/** A session, at its begin: written again, it stays one point. */
export interface SessionRow extends At, RoomParams {
  session: string;
  /** For people, and for choosing it: begin in UTC, room and kind. */
  name: string;
  kind: string;
  running: number;
  /** 1: the newest one of its room, which is on the board. */
  onBoard: number;
  startedAtMs: number;
  /** What is stored of the room before this is of this session; far ahead for the newest one. */
  untilMs: number;
  durationS: number;
}

/** Totals of a member in a session, at its begin. */
export interface SessionMemberRow extends At, RoomParams {
  member: Id;
  session: string;
  name: string;
  onBoard: number;
  seconds: number;
  beats: number;
  steps: number;
  pointSixtieths: number;
  microKcal: number;
  /** Seconds of which the energy is known: at 0 weight or age are unknown, and 0 kcal are none. */
  energySeconds: number;
  secondsInZone0: number;
  secondsInZone1: number;
  secondsInZone2: number;
  secondsInZone3: number;
  secondsInZone4: number;
  secondsInZone5: number;
}

const measurement = <T extends At>(options: Omit<MeasurementOptions<T>, 'timeOf'>): Measurement<T> =>
  new Measurement<T>({ ...options, timeOf: ({ at }) => `${at}000000` });

export const gatewayPoints = measurement<GatewayRow>({
  name: 'gateway_health',
  tags: ['gateway', 'gym', 'room'],
  fields: [
    ['online', byte],
    ['silentS', int],
    ['version', text],
    ['clock', text],
    ['wallClockAheadMs', long],
    ['uptimeS', int],
    ['cpuPercent', real],
    ['memoryMb', real],
    ['temperatureC', real, '?'],
    ['straps', int],
    ['spools', int],
    ['spoolBytes', long],
    ['spoolFault', byte],
    ['refusedCommits', long],
    ['waiting', long],
    ['oldestWaitingS', int],
    ['decoded', long],
    ['committed', long],
    ['stored', long],
    ['deadLettered', long],
    ['dropped', long],
    ['open', long],
    ['abandoned', long],
    ['imbalance', long],
  ],
});

export const strapPoints = measurement<StrapRow>({
  name: 'strap_health',
  tags: ['gateway', 'gym', 'room', 'sensor'],
  fields: [
    ['silentS', int],
    ['rssiDbm', int, '?'],
    ['batteryPercent', int, '?'],
    ['batteryState', text, '?'],
  ],
});

export const radioPoints = measurement<RadioRow>({
  name: 'radio_health',
  tags: ['gateway', 'gym', 'radio', 'room'],
  fields: [
    ['state', text],
    ['frames', long],
    ['badFrames', long],
    ['straps', int],
    ['restarts', int],
  ],
});

export const pipelinePoints = measurement<PipelineRow>({
  name: 'pipeline_health',
  tags: ['processor'],
  fields: [
    ['epoch', long],
    ['store', byte],
    ['broker', byte],
    ['registry', byte],
    ['received', long],
    ['stored', long],
    ['deadLettered', long],
    ['duplicate', long],
    ['turnedAway', long],
    ['waiting', long],
    ['imbalance', long],
    ['refusedBatches', long],
    ['failedFlushes', long],
    ['clockFaults', long],
    ['lostLines', long],
    ['derivedLagMs', long],
    ['arrivedWithin100ms', long],
    ['arrivedWithin1s', long],
    ['arrivedWithin10s', long],
    ['arrivedWithin1h', long],
    ['arrivedLater', long],
    ['memoryMb', int],
  ],
});

export const deadLettersPoints = measurement<DeadLettersRow>({
  name: 'dead_letters',
  tags: ['processor', 'reason'],
  fields: [['letters', long]],
});

export const sessionPoints = measurement<SessionRow>({
  name: 'session',
  tags: ['gym', 'room'],
  fields: [
    ['session', text],
    ['name', text],
    ['kind', text],
    ['running', byte],
    ['onBoard', byte],
    ['startedAtMs', long],
    ['untilMs', long],
    ['durationS', int],
  ],
});

export const sessionMemberPoints = measurement<SessionMemberRow>({
  name: 'session_member',
  tags: ['gym', 'member', 'room'],
  fields: [
    ['session', text],
    ['name', text],
    ['onBoard', byte],
    ['seconds', int],
    ['beats', int],
    ['steps', int],
    ['pointSixtieths', int],
    ['microKcal', long],
    ['energySeconds', int],
    ['secondsInZone0', int],
    ['secondsInZone1', int],
    ['secondsInZone2', int],
    ['secondsInZone3', int],
    ['secondsInZone4', int],
    ['secondsInZone5', int],
  ],
});

export const alertPoints = new Measurement<AlertRow>({
  name: 'alert',
  tags: ['gym', 'kind', 'room'],
  fields: [
    ['severity', text],
    ['member', text, '?'],
    ['gateway', text, '?'],
    ['message', text],
  ],
  timeOf: ({ at, place }) => `${at}${String(place).padStart(6, '0')}`,
});
