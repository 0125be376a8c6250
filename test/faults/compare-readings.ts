import type { Id, Reading } from '@pulseboard/contract';

/** One process of a gateway, from its start to its end, with the readings that it must have made, in order. */
export interface Life {
  name: string;
  gateway: Id;
  readings: readonly Reading[];
  /** It was killed while the last frame may not have been decoded: the reading that this frame makes, the last one, may be there or not. */
  isLastUncertain: boolean;
}

/** A row of the store: what makes it one reading, and what it says. */
export interface StoredRow {
  gym: Id;
  room: Id;
  gateway: Id;
  spool: string;
  number: number;
  reading: Reading;
}

export interface MissingReading {
  life: string;
  number: number;
  reading: Reading;
}

export interface ReadingsComparison {
  /** How many readings the bytes make. */
  decoded: number;
  stored: number;
  missing: MissingReading[];
  /** Rows beyond the first of a reading, or of a (gateway, spool, number). */
  twice: StoredRow[];
  /** Rows that no byte makes. */
  foreign: StoredRow[];
  /** Rows whose number is not the place of the reading in its life, or which stand in another spool than the others of that life. */
  misnumbered: StoredRow[];
  /** The rows that are as they must be: each expected reading with the row that it was found in. */
  found: StoredRow[];
  /** Spool of each life of which something is stored. */
  spools: Map<string, string>;
}

/** Compares as multisets of (gateway, sensor, at, fields), then looks at spools and numbers. */
export function compareReadings(lives: readonly Life[], rows: readonly StoredRow[]): ReadingsComparison {
  const comparison: ReadingsComparison = {
    decoded: 0,
    stored: rows.length,
    missing: [],
    twice: [],
    foreign: [],
    misnumbered: [],
    found: [],
    spools: new Map(),
  };
  const unclaimed = groupBy(rows, ({ gateway, reading }) => keyOf(gateway, reading));
  for (const life of lives) matchLife(life, unclaimed, comparison);

  const identities = new Set(comparison.found.map(identityOf));
  if (identities.size < comparison.found.length) comparison.twice.push(...repeated(comparison.found));
  const expected = new Set(comparison.found.map(({ gateway, reading }) => keyOf(gateway, reading)));
  for (const [key, left] of unclaimed)
    for (const row of left) (expected.has(key) || identities.has(identityOf(row)) ? comparison.twice : comparison.foreign).push(row);
  return comparison;
}

function matchLife({ name, gateway, readings, isLastUncertain }: Life, unclaimed: Map<string, StoredRow[]>, to: ReadingsComparison): void {
  for (const [i, reading] of readings.entries()) {
    const number = i + 1;
    const spool = to.spools.get(name);
    const row = claim(unclaimed.get(keyOf(gateway, reading)), spool, number);
    if (!row) {
      if (isLastUncertain && number === readings.length) continue;
      to.decoded++;
      to.missing.push({ life: name, number, reading });
      continue;
    }
    to.decoded++;
    to.found.push(row);
    if (spool === undefined) to.spools.set(name, row.spool);
    if (row.number !== number || (spool !== undefined && row.spool !== spool)) to.misnumbered.push(row);
  }
}

/** Takes a row out of those with the same content: the one with the right number, when there are several. */
function claim(candidates: StoredRow[] | undefined, spool: string | undefined, number: number): StoredRow | undefined {
  if (!candidates?.length) return undefined;
  const best = candidates.findIndex((row) => row.number === number && (spool === undefined || row.spool === spool));
  return candidates.splice(Math.max(0, best), 1)[0];
}

/**
 * Whether what is missing of a life is its end and nothing else, as after a power cut.
 * @param missing of this life only
 */
export function isTail(missing: readonly MissingReading[], { readings, isLastUncertain }: Life): boolean {
  const numbers = missing.map(({ number }) => number).sort((a, b) => a - b);
  const endsAt = numbers.at(-1);
  if (endsAt === undefined) return true;
  const isEnd = endsAt === readings.length || (isLastUncertain && endsAt === readings.length - 1);
  return isEnd && numbers[0] === endsAt - numbers.length + 1;
}

/** The same text for the same reading, whatever the order of its fields. */
export const canonical = (value: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));

const keyOf = (gateway: Id, reading: Reading): string => `${gateway} ${canonical(reading)}`;
const identityOf = ({ gateway, spool, number }: StoredRow): string => `${gateway} ${spool} ${number}`;

function repeated(rows: readonly StoredRow[]): StoredRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const identity = identityOf(row);
    const isAgain = seen.has(identity);
    seen.add(identity);
    return isAgain;
  });
}

export function groupBy<T>(list: Iterable<T>, keyOfItem: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
