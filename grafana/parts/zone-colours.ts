import type { Threshold } from '@grafana/grafana-foundation-sdk/dashboard';

/** As on the board, from the leaderboard's styles; a test holds them together. By zone, 0 to 5. */
export const ZONE_COLOURS = ['#2d323a', '#4f6072', '#2865dc', '#38ae6b', '#fabf48', '#cc272e'] as const;

/** Lower edges of the zones 1 to 5, percent of HRmax. */
export const ZONE_EDGES_PERCENT = [50, 60, 70, 80, 90] as const;

/** Of a value that is a zone. */
export const zoneSteps = (): Threshold[] => ZONE_COLOURS.map((color, zone) => ({ color, value: zone === 0 ? null : zone }));
/** Of a value that is a percent of HRmax. */
export const percentSteps = (): Threshold[] =>
  ZONE_COLOURS.map((color, zone) => ({ color, value: zone === 0 ? null : ZONE_EDGES_PERCENT[zone - 1]! }));
