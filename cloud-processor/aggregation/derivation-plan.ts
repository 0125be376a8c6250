import type { Id } from '@pulseboard/contract';
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

export interface PlanInput {
  fresh: readonly StoredReading[];
  /** Sensors with recent readings, with the time of the newest. */
  active: Iterable<{ gym: Id; sensor: Id; newestAt: number }>;
  /** Seconds up to this one are derived already; UTC ms of its begin. */
  watermarkAt: number;
  /** Seconds up to this one are to be derived now. */
  targetAt: number;
  rosterOf(gym: Id): Roster;
}

const secondAt = (at: number): number => Math.floor(at / 1000) * 1000;

/**
 * Which member-seconds a flush has to derive: those up to the old watermark that a fresh reading touches, and all between the old and the new one.
 * @returns runs sorted by gym, member and time
 */
export function derivationPlan({ fresh, active, watermarkAt, targetAt, rosterOf }: PlanInput): DerivationRun[] {
  const wanted = new Map<string, { gym: Id; member: Id; seconds: Set<number> }>();
  const want = (gym: Id, sensor: Id, from: number, to: number) => {
    const roster = rosterOf(gym);
    for (let s = from; s <= to; s += 1000) {
      const member = roster.memberOf(sensor, s);
      if (member === undefined) continue;
      let entry = wanted.get(`${gym}/${member}`);
      if (!entry) {
        entry = { gym, member, seconds: new Set() };
        wanted.set(`${gym}/${member}`, entry);
      }
      entry.seconds.add(s);
    }
  };
  for (const span of touchedSpans(fresh)) want(span.gym, span.sensor, span.from, Math.min(span.to, watermarkAt));
  for (const { gym, sensor, newestAt } of active) want(gym, sensor, watermarkAt + 1000, Math.min(targetAt, lastTouchedSecond(newestAt)));
  return [...wanted.values()]
    .sort((a, b) => (a.gym + a.member < b.gym + b.member ? -1 : 1))
    .flatMap(({ gym, member, seconds }) => runsOf(gym, member, seconds, rosterOf(gym)));
}

/** The seconds that fresh readings touch, by sensor, as few spans as it takes. */
function touchedSpans(fresh: readonly StoredReading[]): { gym: Id; sensor: Id; from: number; to: number }[] {
  const open = new Map<string, { gym: Id; sensor: Id; from: number; to: number }>();
  const spans: { gym: Id; sensor: Id; from: number; to: number }[] = [];
  for (const r of fresh) {
    const from = secondAt(r.at);
    const to = lastTouchedSecond(r.at);
    const id = `${r.gym}/${r.sensor}`;
    const span = open.get(id);
    if (span && from <= span.to + 1000 && to >= span.from - 1000) {
      span.from = Math.min(span.from, from);
      span.to = Math.max(span.to, to);
    } else {
      const next = { gym: r.gym, sensor: r.sensor, from, to };
      open.set(id, next);
      spans.push(next);
    }
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
