import { type NumberRange, Ranges } from '@pulseboard/contract';

/** Numbers below `limit` that are in none of the ranges. */
export const missingBelow = (limit: number, known: readonly Ranges[]): NumberRange[] => gapsOf(union(...known).toArray(), 1, limit - 1);

export const union = (...all: readonly Ranges[]): Ranges => new Ranges(all.flatMap((ranges) => ranges.toArray()));

/** What is in `ranges` and not in `taken`. */
export function minus(ranges: Ranges, taken: Ranges): Ranges {
  const list = taken.toArray();
  return new Ranges(ranges.toArray().flatMap(([from, to]) => gapsOf(list, from, to)));
}

/** Those numbers that are not above `limit`. */
export const upTo = (ranges: Ranges, limit: number): Ranges =>
  ranges.max <= limit
    ? ranges
    : new Ranges(ranges.toArray().flatMap(([from, to]): NumberRange[] => (from > limit ? [] : [[from, Math.min(to, limit)]])));

/** The numbers of a span that are in none of the sorted ranges. */
function gapsOf(ranges: readonly NumberRange[], first: number, last: number): NumberRange[] {
  const gaps: NumberRange[] = [];
  let next = first;
  for (const [from, to] of ranges) {
    if (to < next) continue;
    if (from > last) break;
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= last) gaps.push([next, last]);
  return gaps;
}
