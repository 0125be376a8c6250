import type { Threshold } from '@grafana/grafana-foundation-sdk/dashboard';

/** Colours of Grafana's own palette, which suit its dark and its light theme. */
export const FINE = 'dark-green';
export const BAD = 'dark-red';

/** Fine below, bad from `limit` on. */
export const fromFine = (limit: number): Threshold[] => [
  { color: 'transparent', value: null },
  { color: BAD, value: limit },
];
/** Of what is 1, or 0 when it is not. */
export const mustBeOne: Threshold[] = [
  { color: BAD, value: null },
  { color: FINE, value: 1 },
];
/** Bad below, fine from `limit` on. */
export const fromBad = (limit: number): Threshold[] => [
  { color: BAD, value: null },
  { color: 'transparent', value: limit },
];
