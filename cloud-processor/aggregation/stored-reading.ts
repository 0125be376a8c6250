import type { Id, Reading } from '@pulseboard/contract';

/** A reading with where it came from. (spool, number) is what makes it one reading, however often it arrives. */
export interface StoredReading extends Reading {
  gym: Id;
  room: Id;
  gateway: Id;
  spool: string;
  number: number;
}

/** The one order of readings: by time, then by identity. Whatever order they arrived in, derivation sees this one. */
export function inOrder(a: StoredReading, b: StoredReading): number {
  return a.at - b.at || (a.spool < b.spool ? -1 : a.spool > b.spool ? 1 : a.number - b.number);
}

/** Adds a reading to a sorted list where it belongs. @returns false when it is there already */
export function insertInOrder(list: StoredReading[], reading: StoredReading): boolean {
  let low = 0;
  let high = list.length;
  // Nearly always it is the newest one.
  if (high > 0 && inOrder(list[high - 1]!, reading) < 0) low = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inOrder(list[middle]!, reading) < 0) low = middle + 1;
    else high = middle;
  }
  const there = list[low];
  if (there && there.spool === reading.spool && there.number === reading.number) return false;
  list.splice(low, 0, reading);
  return true;
}

/** Index of the first reading at or after `at`. */
export function firstAtOrAfter(list: readonly StoredReading[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
