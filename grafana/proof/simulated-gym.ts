import type { DemoPerson, GatewayHealth, GatewayParams, Reading, ReadingBatch } from '@pulseboard/contract';
import {
  createUnifier,
  mergeByTime,
  type RadioEvent,
  replayEvents,
  simulatedEvents,
  type Unifier,
  type Workout,
} from '@pulseboard/edge-gateway/parts';

const STEP_MS = 1000;
const HEALTH_MS = 10_000;
const DELAY_MS = 60;
const MAX_BATCH = 500;
const SEGMENT_READINGS = 2500;
const READING_BYTES = 90;
/** What no heart does becomes a dead letter. */
const IMPLAUSIBLE_BPM = 251;
const IMPLAUSIBLE_EVERY_MS = 30_000;

/** What arrives at a processor, in order. */
export type Arrival = { at: number; from: GatewayParams } & ({ batch: ReadingBatch } | { health: GatewayHealth });

export interface SimulatedGateway {
  from: GatewayParams;
  people: readonly DemoPerson[];
  /** Whose heart is a recorded one; of the others it is made up. */
  hearts: ReadonlyMap<DemoPerson, Workout>;
  /** No connection from here to there, ms after the begin; what was held back comes after it. */
  outage?: readonly [fromMs: number, untilMs: number];
  /** Its class begins this long after that of the others, and ends with it. */
  beginsAfterMs?: number;
}

/** A gym with two rooms, and a chain's second gym, whose room and gateway have the same names, and whose session is another stretch of time. */
export const simulatedGateways = (people: readonly DemoPerson[], hearts: ReadonlyMap<DemoPerson, Workout>): SimulatedGateway[] => [
  { from: { gym: 'demo', room: 'main', gateway: 'gateway-1' }, people: people.slice(0, 9), hearts },
  { from: { gym: 'demo', room: 'studio', gateway: 'gateway-2' }, people: people.slice(9), hearts, outage: [60_000, 120_000] },
  { from: { gym: 'annex', room: 'main', gateway: 'gateway-1' }, people: people.slice(0, 3), hearts, beginsAfterMs: 60_000 },
];

/**
 * What simulated gateways send: real bytes of straps, decoded and unified as a gateway does, in batches of a second, with their health every 10 s.
 * @param begin UTC ms
 * @param boot of each gateway's process: its spool is made of it
 */
export function arrivalsOf(gateways: readonly SimulatedGateway[], begin: number, lastsMs: number, boot: string): Arrival[] {
  return gateways
    .flatMap((gateway, i) => {
      const { beginsAfterMs = 0 } = gateway;
      return arrivalsOfGateway(gateway, i + 1, begin + beginsAfterMs, lastsMs - beginsAfterMs, boot);
    })
    .sort((a, b) => a.at - b.at);
}

function arrivalsOfGateway(gateway: SimulatedGateway, seed: number, begin: number, lastsMs: number, boot: string): Arrival[] {
  const { from, outage = [0, 0] } = gateway;
  const spool = `${boot}${from.gym}${from.gateway}`.replaceAll('-', '').padEnd(12, '0');
  const unifier = createUnifier();
  const events = eventsOf(gateway, seed, begin);
  const arrivals: Arrival[] = [];
  let event = events.next();
  let held: Reading[] = [];
  let decoded = 0;
  let sent = 0;
  let frames = 0;
  for (let at = begin + STEP_MS; at <= begin + lastsMs; at += STEP_MS) {
    for (; !event.done && event.value.at < at; event = events.next()) {
      frames++;
      held.push(...unifier.accept(event.value).readings);
    }
    const newest = held.at(-1);
    if (newest && (at - begin) % IMPLAUSIBLE_EVERY_MS === 0) held.push({ ...newest, heartRateBpm: IMPLAUSIBLE_BPM });
    decoded = sent + held.length;
    const isAway = at - begin > outage[0] && at - begin <= outage[1];
    if (!isAway)
      for (const readings of portions(held)) {
        const batch: ReadingBatch = {
          v: 1,
          gateway: from.gateway,
          spool,
          first: sent + 1,
          oldest: sent + 1,
          boot,
          sentAt: at,
          clock: 'synced',
          readings,
        };
        sent += readings.length;
        arrivals.push({ at: at + DELAY_MS, from, batch });
      }
    if (!isAway && (at - begin) % HEALTH_MS === 0)
      arrivals.push({
        at: at + DELAY_MS + 1,
        from,
        health: healthOf({ unifier, spool, boot, at, begin, decoded, committed: decoded - held.length, held, frames }),
      });
    if (isAway) continue;
    held = [];
  }
  return arrivals;
}

function eventsOf({ people, hearts }: SimulatedGateway, seed: number, startAt: number): Iterator<RadioEvent> {
  const workouts = people.flatMap((person) => hearts.get(person) ?? []);
  const others = people.filter((person) => !hearts.has(person));
  return mergeByTime([simulatedEvents({ people: others, seed, startAt }), replayEvents({ workouts, startAt })]);
}

function* portions(readings: readonly Reading[]): Iterable<Reading[]> {
  for (let i = 0; i < readings.length; i += MAX_BATCH) yield readings.slice(i, i + MAX_BATCH);
}

interface HealthParts {
  unifier: Unifier;
  spool: string;
  boot: string;
  at: number;
  begin: number;
  decoded: number;
  committed: number;
  held: readonly Reading[];
  frames: number;
}

/** What the gateway sent a second ago is committed; this second's readings wait. */
const healthOf = ({ unifier, spool, boot, at, begin, decoded, committed, held, frames }: HealthParts): GatewayHealth => ({
  at,
  version: '0.1.0',
  boot,
  uptimeS: Math.round((at - begin) / 1000),
  clock: 'synced',
  wallClockAheadMs: Math.round(3 * Math.sin(at / 90_000)),
  spools: [
    {
      spool,
      decoded,
      committed,
      waiting: decoded - committed,
      dropped: {},
      oldest: committed + 1,
      oldestAgeMs: held.length ? at - held[0]!.at : 0,
      drained: false,
    },
  ],
  // Segments go when they are committed as a whole.
  spoolBytes: (decoded % SEGMENT_READINGS) * READING_BYTES,
  refusedCommits: 0,
  radios: [
    { radio: 'simulated', state: 'receiving', frames, badFrames: Math.floor(frames / 400), straps: unifier.straps().length, restarts: 0 },
  ],
  straps: unifier.straps(),
  cpuPercent: 4 + (frames % 7) / 10,
  memoryMb: 61,
  temperatureC: Math.round(10 * (48 + 2 * Math.sin(at / 240_000))) / 10,
});
