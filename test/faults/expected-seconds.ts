import { inOrder, lastTouchedSecond, memberSecond, type Roster, type StoredReading } from '@pulseboard/cloud-processor/protocol';
import type { MemberSecond } from '@pulseboard/contract';
import { canonical, groupBy } from './compare-readings.js';

/**
 * The member-seconds that all readings together make, as if nothing had ever been late.
 * @param roster in which nobody changes straps
 * @param until UTC ms of the begin of the last second that is derived
 */
export function expectedSeconds(readings: readonly StoredReading[], roster: Roster, until: number): MemberSecond[] {
  const worn = readings.filter(({ sensor, at }) => roster.memberOf(sensor, at) !== undefined);
  const seconds: MemberSecond[] = [];
  for (const mine of groupBy(worn, ({ gym, sensor, at }) => `${gym}/${roster.memberOf(sensor, at)}`).values()) {
    mine.sort(inOrder);
    const member = roster.memberOf(mine[0]!.sensor, mine[0]!.at)!;
    const touched = new Set<number>();
    for (const { at } of mine) for (let s = Math.floor(at / 1000) * 1000; s <= lastTouchedSecond(at); s += 1000) touched.add(s);
    for (const s of [...touched].sort((a, b) => a - b)) {
      const second = s <= until ? memberSecond(s, mine, member, roster.profileOf(member, s)) : undefined;
      if (second) seconds.push(second);
    }
  }
  return seconds;
}

export interface SecondsComparison {
  seconds: number;
  /** What is not as it must be, a sentence each. */
  faults: string[];
}

/** Row by row, field by field. */
export function compareSeconds(expected: readonly MemberSecond[], stored: readonly MemberSecond[]): SecondsComparison {
  const faults: string[] = [];
  const left = groupBy(stored, keyOf);
  for (const second of expected) {
    const rows = left.get(keyOf(second)) ?? [];
    left.delete(keyOf(second));
    if (rows.length !== 1) faults.push(`${keyOf(second)} stands there ${rows.length} times`);
    for (const row of rows.slice(0, 1)) {
      const fields = differing(second, row);
      if (fields.length) faults.push(`${keyOf(second)} differs: ${fields.join(', ')}`);
    }
  }
  for (const [key, rows] of left) faults.push(`${key} should not be there: ${canonical(rows[0]!)}`);
  return { seconds: stored.length, faults };
}

/** @returns each differing field as `name found instead of expected` */
function differing(expected: MemberSecond, found: MemberSecond): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]) as Set<keyof MemberSecond>;
  return [...names].filter((name) => expected[name] !== found[name]).map((name) => `${name} ${found[name]} instead of ${expected[name]}`);
}

const keyOf = ({ gym, member, at }: MemberSecond): string => `${gym}/${member} ${new Date(at).toISOString()}`;
