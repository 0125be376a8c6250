import { ANT_SDM_STEPS_WRAP, BEAT_COUNT_WRAP, type Id, isFootPod, type MemberSecond } from '@pulseboard/contract';
import { CounterFront, MAX_COUNTER_GAP_MS } from './counter-front.js';
import { microKcalOfSecond, type Profile, percentOfMax, zoneOf } from './formulas.js';
import { MAX_BEATS_PER_S, ReportedBeats } from './reported-beats.js';
import { RrChain } from './rr-chain.js';
import { firstAtOrAfter, type StoredReading } from './stored-reading.js';

export const HOLD_MS = 5000;
/** 5 s of hold, and 5 s more to know whether the beat that is held was new. */
export const LOOKBACK_MS = HOLD_MS + MAX_COUNTER_GAP_MS;
/** A room is decided by the preceding aligned block of this length. */
export const ROOM_BLOCK_MS = 10_000;

/** UTC ms of the earliest reading that a second can depend on. */
export const windowBegin = (secondAt: number): number => Math.floor(secondAt / ROOM_BLOCK_MS) * ROOM_BLOCK_MS - ROOM_BLOCK_MS;
/** UTC ms of the last second that a reading can touch: the end of the next aligned block. */
export const lastTouchedSecond = (at: number): number => Math.floor(at / ROOM_BLOCK_MS) * ROOM_BLOCK_MS + 2 * ROOM_BLOCK_MS - 1000;

/** No store could count more readings, and one gateway's fault must not stop a flush of everybody. */
const MAX_SAMPLES_A_SECOND = 9999;
const BEATS: { wrap: number; perSecond: number } = { wrap: BEAT_COUNT_WRAP, perSecond: MAX_BEATS_PER_S };
const stepsOf = (sensor: Id) => ({ wrap: isFootPod(sensor) ? ANT_SDM_STEPS_WRAP : 2 ** 32, perSecond: 5 });

/** One receiver's view of one strap. */
interface Receiver {
  /** See `receiverNames`. */
  name: string;
  previous: StoredReading | undefined;
  newBeats: number;
  /** Beats of a strap without a counter. */
  reported: ReportedBeats;
  heardAt: number;
  rssiSum: number;
  rssiCount: number;
  /** Readings with a new beat and a heart rate, within the second. */
  fresh: StoredReading[];
  rr: RrChain;
}

/** One strap, whoever heard it. */
interface Strap {
  sensor: Id;
  front: CounterFront;
  hasCounter: boolean;
  receivers: Map<Id, Receiver>;
  /** The last new beat with a heart rate, until contact is lost. */
  last: StoredReading | undefined;
  heardAt: number;
  /** New beats within the second, of a strap with a counter. */
  beats: number;
}

/**
 * The second of one member, as a pure function.
 * @param secondAt begin of the second, UTC ms
 * @param readings of all sensors that the member wore in that second, in order (`inOrder`), at least from `windowBegin(secondAt)` on; later ones are ignored
 * @returns undefined when nothing is known of that second: no new beat in it, and none to hold
 */
export function memberSecond(secondAt: number, readings: readonly StoredReading[], member: Id, profile: Profile): MemberSecond | undefined {
  const end = secondAt + 1000;
  const blockBegin = windowBegin(secondAt);
  const rooms = new Map<Id, number>();
  const receiverOf = receiverNames(readings, secondAt - LOOKBACK_MS, end);
  const straps = new Map<Id, Strap>();
  const footPods = new Map<Id, { front: CounterFront; steps: number | undefined }>();

  for (let i = firstAtOrAfter(readings, blockBegin); i < readings.length; i++) {
    const reading = readings[i]!;
    if (reading.at >= end) break;
    if (reading.at < blockBegin + ROOM_BLOCK_MS) rooms.set(reading.room, (rooms.get(reading.room) ?? 0) + 1);
    if (reading.at < secondAt - LOOKBACK_MS) continue;
    if (reading.steps !== undefined) countSteps(footPods, reading, secondAt);
    if (isHeartRate(reading)) countBeats(straps, reading, secondAt, receiverOf);
  }

  const strap = chooseStrap(straps, secondAt);
  if (!strap) return undefined;
  const receiver = chooseReceiver(strap);
  const from = receiver?.fresh.at(-1) ?? strap.last!;
  const bpms = receiver ? receiver.fresh.map((r) => r.heartRateBpm!) : [from.heartRateBpm!];
  const meanBpm = Math.round((bpms.reduce((sum, bpm) => sum + bpm, 0) * 10) / bpms.length) / 10;
  const meanRrMs = receiver ? meanRr(receiver.fresh) : undefined;
  const microKcal = microKcalOfSecond(meanBpm, profile);
  const zone = zoneOf(meanBpm, profile.hrMaxBpm);
  const second: MemberSecond = {
    gym: from.gym,
    room: mostReadings(rooms) ?? from.room,
    member,
    at: secondAt,
    sensor: from.sensor,
    gateway: from.gateway,
    meanBpm,
    minBpm: bpms.reduce((a, b) => Math.min(a, b)),
    maxBpm: bpms.reduce((a, b) => Math.max(a, b)),
    samples: receiver ? Math.min(bpms.length, MAX_SAMPLES_A_SECOND) : 0,
    beats: strap.hasCounter ? strap.beats : toldBeats(strap, secondAt),
    percentOfMax: percentOfMax(meanBpm, profile.hrMaxBpm),
    hrMaxBpm: profile.hrMaxBpm,
    hrMaxAssumed: profile.hrMaxAssumed,
    zone,
    pointSixtieths: zone,
    held: !receiver,
  };
  if (meanRrMs !== undefined) second.meanRrMs = meanRrMs;
  if (microKcal !== undefined) second.microKcal = microKcal;
  const steps = stepsOfSecond(footPods);
  if (steps !== undefined) second.steps = steps;
  if (receiver && receiver.rr.differences > 0) {
    second.rrDifferences = receiver.rr.differences;
    second.rrSquaredDifferencesMs2 = receiver.rr.squaredMs2;
  }
  return second;
}

/** A strap's, not a foot pod's: the id of a Bluetooth sensor does not say which it is. */
export const isHeartRate = (r: StoredReading): boolean =>
  r.heartRateBpm !== undefined || r.contact !== undefined || r.beatCount !== undefined;

function countBeats(
  straps: Map<Id, Strap>,
  reading: StoredReading,
  secondAt: number,
  receiverOf: (reading: StoredReading) => string,
): void {
  let strap = straps.get(reading.sensor);
  if (!strap) {
    strap = {
      sensor: reading.sensor,
      front: new CounterFront(BEATS),
      hasCounter: false,
      receivers: new Map(),
      last: undefined,
      heardAt: 0,
      beats: 0,
    };
    straps.set(reading.sensor, strap);
  }
  const name = receiverOf(reading);
  let receiver = strap.receivers.get(name);
  if (!receiver) {
    receiver = {
      name,
      previous: undefined,
      newBeats: 0,
      reported: new ReportedBeats(),
      heardAt: 0,
      rssiSum: 0,
      rssiCount: 0,
      fresh: [],
      rr: new RrChain(),
    };
    strap.receivers.set(name, receiver);
  }
  const inSecond = reading.at >= secondAt;
  const { previous } = receiver;
  receiver.previous = reading;
  receiver.heardAt = reading.at;
  strap.heardAt = reading.at;

  // A strap with a counter repeats its last beat until the next one; a strap without tells each beat once.
  let isNew = true;
  let newBeats = reading.beats ?? 0;
  if (reading.beatCount === undefined) {
    receiver.reported.add(newBeats, reading.at);
  } else {
    strap.hasCounter = true;
    const known = previous?.beatCount !== undefined && reading.at - previous.at <= MAX_COUNTER_GAP_MS;
    newBeats = known ? (reading.beatCount - previous.beatCount!) & (BEAT_COUNT_WRAP - 1) : 0;
    isNew = !known || newBeats > 0;
    const beats = strap.front.advance(reading.beatCount, reading.at) ?? 0;
    if (inSecond) strap.beats += beats;
  }
  if (isNew) {
    const intervals = reading.rrIntervalsMs ?? [];
    const follows = reading.beatCount === undefined ? followsInTime(reading, previous) : newBeats === intervals.length;
    if (!follows) receiver.rr.break();
    if (isForVariability(reading)) receiver.rr.add(intervals, inSecond);
    else receiver.rr.break();
  }
  if (reading.contact === false) {
    strap.last = undefined;
    receiver.rr.break();
    return;
  }
  if (!isNew || reading.heartRateBpm === undefined) return;
  strap.last = reading;
  if (!inSecond) return;
  receiver.fresh.push(reading);
  receiver.newBeats += newBeats;
  if (reading.rssiDbm !== undefined) {
    receiver.rssiSum += reading.rssiDbm;
    receiver.rssiCount++;
  }
}

/**
 * Which receiver a reading is of: its gateway. A gateway that restarts goes on in another spool and is the same receiver; two machines with one id (a copied
 * card) write two spools by turns, and are two receivers, as each of them hears every beat.
 */
function receiverNames(readings: readonly StoredReading[], from: number, until: number): (reading: StoredReading) => string {
  const last = new Map<Id, string>();
  const former = new Set<string>();
  const cloned = new Set<Id>();
  for (let i = firstAtOrAfter(readings, from); i < readings.length && readings[i]!.at < until; i++) {
    const { gateway, spool } = readings[i]!;
    const before = last.get(gateway);
    if (before === spool) continue;
    if (former.has(`${gateway} ${spool}`)) cloned.add(gateway);
    if (before !== undefined) former.add(`${gateway} ${before}`);
    last.set(gateway, spool);
  }
  return cloned.size === 0 ? ({ gateway }) => gateway : ({ gateway, spool }) => (cloned.has(gateway) ? `${gateway} ${spool}` : gateway);
}

/** Intervals that are computed from an average, or that have gaps between them, say nothing of how the heart's rhythm varies. */
const isForVariability = ({ rrComputed, rrIncomplete, beats, beatCount, rrIntervalsMs = [] }: StoredReading): boolean =>
  !rrComputed && !rrIncomplete && (beatCount !== undefined || beats === undefined || beats === rrIntervalsMs.length);

/** A strap without a counter tells its intervals once a second, or with each beat. */
const TOLD_EVERY_MS = 1000;
const TOLD_LATE_MS = 500;

/** Of a strap without a counter: no notification between these two was lost. */
function followsInTime({ at, rrIntervalsMs = [] }: StoredReading, previous: StoredReading | undefined): boolean {
  if (!previous) return false;
  const spannedMs = rrIntervalsMs.reduce((sum, ms) => sum + ms, 0);
  return at - previous.at <= Math.max(TOLD_EVERY_MS, spannedMs) + TOLD_LATE_MS;
}

/** A strap that nobody heard for this long gives way to another one of the same member. */
const PRESENT_MS = 2000;

/**
 * One strap a second. The order does not depend on how many beats fell into this second, else the choice would flap between two straps of one member
 * and take the fuller second of both each time: present ones first, then those with a beat counter (they count through losses), then by id.
 */
function chooseStrap(straps: Map<Id, Strap>, secondAt: number): Strap | undefined {
  const alive = [...straps.values()].filter((s) => hasFresh(s) || (s.last !== undefined && s.last.at >= secondAt - HOLD_MS));
  const present = (s: Strap) => (s.heardAt >= secondAt - PRESENT_MS ? 0 : 1);
  return alive.sort((a, b) => present(a) - present(b) || Number(b.hasCounter) - Number(a.hasCounter) || (a.sensor < b.sensor ? -1 : 1))[0];
}

/**
 * A strap without a counter tells every receiver of each beat: one receiver's word counts, the first present one by id,
 * as the fullest of each second would count beats twice when their clocks differ.
 */
function toldBeats(strap: Strap, secondAt: number): number {
  const present = (r: Receiver) => (r.heardAt >= secondAt - PRESENT_MS ? 0 : 1);
  const [first] = [...strap.receivers.values()].sort((a, b) => present(a) - present(b) || (a.name < b.name ? -1 : 1));
  return first ? first.reported.of(secondAt) : 0;
}

const hasFresh = (strap: Strap): boolean => [...strap.receivers.values()].some((r) => r.fresh.length > 0);

/** Whose heart rates count: most beats, then strongest mean RSSI, then id. */
function chooseReceiver(strap: Strap): Receiver | undefined {
  const meanRssi = (r: Receiver) => (r.rssiCount ? r.rssiSum / r.rssiCount : Number.NEGATIVE_INFINITY);
  return [...strap.receivers.values()]
    .filter((r) => r.fresh.length > 0)
    .sort((a, b) => b.newBeats - a.newBeats || compare(meanRssi(b), meanRssi(a)) || (a.name < b.name ? -1 : 1))[0];
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

function meanRr(readings: readonly StoredReading[]): number | undefined {
  const intervals = readings.flatMap((r) => r.rrIntervalsMs ?? []);
  return intervals.length ? Math.round((intervals.reduce((sum, ms) => sum + ms, 0) * 10) / intervals.length) / 10 : undefined;
}

function countSteps(footPods: Map<Id, { front: CounterFront; steps: number | undefined }>, reading: StoredReading, secondAt: number): void {
  let pod = footPods.get(reading.sensor);
  if (!pod) {
    pod = { front: new CounterFront(stepsOf(reading.sensor)), steps: undefined };
    footPods.set(reading.sensor, pod);
  }
  const steps = pod.front.advance(reading.steps!, reading.at);
  if (steps !== undefined && reading.at >= secondAt) pod.steps = (pod.steps ?? 0) + steps;
}

/** One source of steps: the first by id that knows any; undefined: none does. */
function stepsOfSecond(footPods: Map<Id, { steps: number | undefined }>): number | undefined {
  const [first] = [...footPods].filter(([, pod]) => pod.steps !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return first?.[1].steps;
}

function mostReadings(rooms: Map<Id, number>): Id | undefined {
  return [...rooms].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))[0]?.[0];
}
