import type { Id } from '@pulseboard/contract';
import { GymMap } from './gym-map.js';
import { lastTouchedSecond } from './member-second.js';
import type { Roster } from './roster.js';
import type { StoredReading } from './stored-reading.js';

/** Consecutive seconds of one member who wore the same sensors throughout; begins of the first and last second, UTC ms. */
export interface DerivationRun {
  gym: Id;
  member: Id;
  sensors: readonly Id[];
  from: number;
  to: number;
}

/** A sensor that may be of another member than its stored seconds say. */
export interface Regrouped {
  gym: Id;
  sensor: Id;
  /** Begin of the first second, UTC ms. */
  from: number;
  /** Begin of the last one. */
  to: number;
}

export interface PlanInput {
  fresh: readonly StoredReading[];
  /** Sensors with recent readings, with the time of the newest. Without the readings every second up to that one is planned, which after a step of the clock by years cannot be done. */
  active: Iterable<{ gym: Id; sensor: Id; newestAt: number; readings?: readonly StoredReading[] }>;
  /** Seconds up to this one are derived already; UTC ms of its begin. */
  watermarkAt: number;
  /** Seconds up to this one are to be derived now. */
  targetAt: number;
  /** Their seconds, as far as they are derived, are derived anew. */
  regrouped?: readonly Regrouped[];
  rosterOf(gym: Id): Roster;
}

const secondAt = (at: number): number => Math.floor(at / 1000) * 1000;

/**
 * Which member-seconds a flush has to derive: those up to the old watermark that a fresh reading touches, and all between the old and the new one.
 * Of a sensor that was linked or parted those of whoever it is assigned to itself: of the two of a pair these are all whom it can have been of, and can be of now.
 * Who has it no more has no sensors, and so no second stands there.
 * @returns runs sorted by gym, member and time
 */
export function derivationPlan({ fresh, active, watermarkAt, targetAt, regrouped = [], rosterOf }: PlanInput): DerivationRun[] {
  const wanted = new GymMap<{ gym: Id; member: Id; seconds: Set<number> }>();
  const want = ({ gym, sensor, from, to }: Span, isRegrouped = false) => {
    const roster = rosterOf(gym);
    for (let s = from; s <= to; s += 1000) {
      const member = isRegrouped ? roster.ownMemberOf(sensor, s) : roster.memberOf(sensor, s);
      if (member === undefined) continue;
      const entry = wanted.get(gym, member);
      if (entry) entry.seconds.add(s);
      else wanted.set(gym, member, { gym, member, seconds: new Set([s]) });
    }
  };
  for (const span of touchedSpans(fresh)) want({ ...span, to: Math.min(span.to, watermarkAt) });
  for (const { gym, sensor, newestAt, readings } of active)
    for (const { from, to } of readings ? touchedSpans(readings) : [{ from: watermarkAt + 1000, to: lastTouchedSecond(newestAt) }])
      want({ gym, sensor, from: Math.max(from, watermarkAt + 1000), to: Math.min(targetAt, to) });
  for (const span of regrouped) want({ ...span, to: Math.min(span.to, watermarkAt) }, true);
  return [...wanted.values()]
    .sort((a, b) => (a.gym + a.member < b.gym + b.member ? -1 : 1))
    .flatMap(({ gym, member, seconds }) => runsOf(gym, member, seconds, rosterOf(gym)));
}

/** Seconds that a sensor touches, both ends included. */
interface Span {
  gym: Id;
  sensor: Id;
  from: number;
  to: number;
}

/** The seconds that fresh readings touch, by sensor, as few spans as it takes. */
function touchedSpans(fresh: readonly StoredReading[]): Span[] {
  const spans: Span[] = [];
  // What is live and what comes late are each nearly in order, and far apart: of each sensor the last span of either goes on.
  const open = new GymMap<Span[]>();
  for (const { gym, sensor, at } of fresh) {
    const from = secondAt(at);
    const to = lastTouchedSecond(at);
    const latest = open.get(gym, sensor);
    const near = latest?.find((span) => from <= span.to + 1000 && to >= span.from - 1000);
    if (near) {
      near.from = Math.min(near.from, from);
      near.to = Math.max(near.to, to);
      continue;
    }
    const span = { gym, sensor, from, to };
    spans.push(span);
    if (!latest) open.set(gym, sensor, [span]);
    else if (latest.unshift(span) > 2) latest.pop();
  }
  return spans;
}

function runsOf(gym: Id, member: Id, seconds: Set<number>, roster: Roster): DerivationRun[] {
  const runs: (DerivationRun & { worn: string })[] = [];
  for (const s of [...seconds].sort((a, b) => a - b)) {
    const sensors = roster.sensorsOf(member, s);
    const worn = sensors.join();
    const last = runs.at(-1);
    if (last && last.to === s - 1000 && last.worn === worn) last.to = s;
    else runs.push({ gym, member, sensors, from: s, to: s, worn });
  }
  return runs.map(({ worn: _, ...run }) => run);
}
