import { type Id, isAntHeartRate, isBle } from '@pulseboard/contract';
import { BeatHistory, HISTORY_MS } from './beat-history.js';
import { isHeartRate } from './member-second.js';
import { agreementOf, areAsFast, type BeatAgreement, isOneHeart, lookAlike } from './same-heart.js';
import type { StoredReading } from './stored-reading.js';

/** Of one strap that speaks two protocols: its Bluetooth sensor, and its ANT+ one. */
export interface StrapPair {
  sensor: Id;
  twin: Id;
}

/** A pair of which something is known already. */
export interface KnownPair extends StrapPair {
  /** Neither of them has another twin; else they are only not to be found again. */
  isLinked: boolean;
}

export interface FoundPair extends StrapPair {
  gym: Id;
  /** Since when they are one: the second in which the present presence of either began, UTC ms. */
  from: number;
  agreement: BeatAgreement;
}

/** A sensor that was silent for longer was away. */
const PRESENCE_GAP_MS = 5 * 60_000;
/** A presence does not reach further back. */
const MAX_PRESENCE_MS = 12 * 3_600_000;
/** A Bluetooth sensor is held against the others this often. */
const SEARCH_EVERY_MS = 2000;
/** A pair that looked unlike is left alone for this long. */
const UNLIKE_MS = 10_000;
/** A known pair is looked at again this often. */
const WATCH_EVERY_MS = 10_000;
/** Of what is not heard now there is nothing to find. */
const HEARD_WITHIN_MS = 5000;
/** A reading further ahead is of a clock that is wrong. */
const MAX_AHEAD_MS = 2000;

interface Sensor {
  id: Id;
  history: BeatHistory;
  presentSince: number;
  searchAt: number;
  watchAt: number;
  /** Twins that looked unlike, each with the time until which it is left alone. */
  unlike: Map<Id, number>;
}

/** The straps of one gym. */
interface Gym {
  ant: Map<Id, Sensor>;
  ble: Map<Id, Sensor>;
  linked: Set<Id>;
  /** Twins of a Bluetooth sensor that are known, linked or not. */
  known: Map<Id, Id[]>;
  agreements: Map<string, BeatAgreement & { at: number }>;
  sweepAt: number;
}

/** Finds ANT+ and Bluetooth sensors that tell of one heart. Pure: all time is that of the readings; the same readings find the same pairs. */
export class StrapMatcher {
  readonly #gyms = new Map<Id, Gym>();

  /** What is known of a gym's pairs, all of it. A pair that was found counts as known until then. */
  know(gym: Id, pairs: readonly KnownPair[]): void {
    const of = this.#of(gym);
    of.linked = new Set(pairs.filter(({ isLinked }) => isLinked).flatMap(({ sensor, twin }) => [sensor, twin]));
    of.known = new Map(pairs.map(({ sensor }) => [sensor, pairs.filter((pair) => pair.sensor === sensor).map(({ twin }) => twin)]));
  }

  /** @param now UTC ms of the processor, only to tell readings from the future; @returns a pair that is found */
  note(reading: StoredReading, now: number): FoundPair | undefined {
    const { gym, sensor: id, at } = reading;
    const isTold = isBle(id);
    if (!(isTold || isAntHeartRate(id)) || !isHeartRate(reading) || at > now + MAX_AHEAD_MS) return undefined;
    const of = this.#of(gym);
    const sensor = sensorOf(isTold ? of.ble : of.ant, id, now);
    const silentMs = at - sensor.history.newestAt;
    if (!sensor.history.note(reading)) return undefined;
    if (silentMs > PRESENCE_GAP_MS) sensor.presentSince = at;
    sweep(of, at);
    if (!isTold) return undefined;
    this.#watch(of, sensor, at);
    return this.#search(gym, of, sensor, at);
  }

  /** The second in which the last presence of a pair began, of either sensor, UTC ms; undefined: none was heard lately. */
  presentSince(gym: Id, { sensor, twin }: StrapPair): number | undefined {
    const { ble, ant } = this.#of(gym);
    const heard = [ble.get(sensor), ant.get(twin)].filter((each) => each !== undefined);
    if (heard.length === 0) return undefined;
    const newestAt = Math.max(...heard.map(({ history }) => history.newestAt));
    const since = Math.max(newestAt - MAX_PRESENCE_MS, Math.min(...heard.map(({ presentSince }) => presentSince)));
    return Math.floor(since / 1000) * 1000;
  }

  /** Of a known pair, when both were heard last. */
  agreementOf(gym: Id, pair: StrapPair): (BeatAgreement & { at: number }) | undefined {
    return this.#of(gym).agreements.get(nameOf(pair));
  }

  #search(gym: Id, of: Gym, sensor: Sensor, at: number): FoundPair | undefined {
    if (at < sensor.searchAt || of.linked.has(sensor.id)) return undefined;
    sensor.searchAt = at + SEARCH_EVERY_MS;
    const others = of.known.get(sensor.id) ?? [];
    let found: { twin: Sensor; agreement: BeatAgreement } | undefined;
    for (const twin of of.ant.values()) {
      if (at - twin.history.newestAt > HEARD_WITHIN_MS || of.linked.has(twin.id) || others.includes(twin.id)) continue;
      const agreement = compare(sensor, twin, at);
      if (!agreement || !isOneHeart(agreement)) continue;
      if (!found || agreement.log10Chance < found.agreement.log10Chance) found = { twin, agreement };
    }
    if (!found) return undefined;
    const pair = { sensor: sensor.id, twin: found.twin.id };
    of.linked.add(pair.sensor).add(pair.twin);
    of.agreements.set(nameOf(pair), { ...found.agreement, at });
    return { gym, ...pair, from: this.presentSince(gym, pair)!, agreement: found.agreement };
  }

  #watch(of: Gym, sensor: Sensor, at: number): void {
    const twins = of.known.get(sensor.id);
    if (!twins || at < sensor.watchAt) return;
    sensor.watchAt = at + WATCH_EVERY_MS;
    for (const id of twins) {
      const twin = of.ant.get(id);
      if (!twin || at - twin.history.newestAt > HEARD_WITHIN_MS) continue;
      const agreement = agreementOf(twin.history, sensor.history, at - HISTORY_MS);
      if (agreement) of.agreements.set(nameOf({ sensor: sensor.id, twin: id }), { ...agreement, at });
    }
  }

  #of(gym: Id): Gym {
    let of = this.#gyms.get(gym);
    if (!of) {
      of = { ant: new Map(), ble: new Map(), linked: new Set(), known: new Map(), agreements: new Map(), sweepAt: 0 };
      this.#gyms.set(gym, of);
    }
    return of;
  }
}

/** Of nearly all pairs it is seen at a glance that they are two people. */
function compare(sensor: Sensor, twin: Sensor, at: number): BeatAgreement | undefined {
  if (!areAsFast(twin.history, sensor.history) || at < (sensor.unlike.get(twin.id) ?? 0)) return undefined;
  const isAlike = lookAlike(twin.history, sensor.history, at - HISTORY_MS);
  if (isAlike === false) sensor.unlike.set(twin.id, at + UNLIKE_MS);
  return isAlike ? agreementOf(twin.history, sensor.history, at - HISTORY_MS) : undefined;
}

const nameOf = ({ sensor, twin }: StrapPair): string => `${sensor} ${twin}`;

function sensorOf(sensors: Map<Id, Sensor>, id: Id, now: number): Sensor {
  const known = sensors.get(id);
  // Of a clock that was set back since: what it told of the future would keep all else out.
  if (known && known.history.newestAt <= now + MAX_AHEAD_MS) return known;
  const sensor = { id, history: new BeatHistory(), presentSince: 0, searchAt: 0, watchAt: 0, unlike: new Map() };
  sensors.set(id, sensor);
  return sensor;
}

/** Forgets sensors that went: passers-by must not fill the memory. */
function sweep(of: Gym, at: number): void {
  if (at < of.sweepAt && of.sweepAt - at <= PRESENCE_GAP_MS) return;
  of.sweepAt = at + PRESENCE_GAP_MS;
  for (const sensors of [of.ant, of.ble])
    for (const [id, { history }] of sensors) if (at - history.newestAt > PRESENCE_GAP_MS) sensors.delete(id);
}
