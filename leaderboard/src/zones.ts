export type Zone = 0 | 1 | 2 | 3 | 4 | 5;

export interface ZoneColours {
  readonly fill: string;
  /** Text on the fill, at least 4.5:1. */
  readonly ink: string;
}

const LIGHT_INK = '#ffffff';
const DARK_INK = '#0a0d12';

/** Grey, blue-grey, blue, green, amber, red: neighbours also differ for every common kind of colour blindness (tested). */
export const ZONES: Readonly<Record<Zone, ZoneColours>> = {
  0: { fill: '#2d323a', ink: LIGHT_INK },
  1: { fill: '#4f6072', ink: LIGHT_INK },
  2: { fill: '#2865dc', ink: LIGHT_INK },
  3: { fill: '#38ae6b', ink: DARK_INK },
  4: { fill: '#fabf48', ink: DARK_INK },
  5: { fill: '#cc272e', ink: LIGHT_INK },
};

/** A tile without a live value: darker than every zone, so that it is not taken for zone 0. */
export const LOST: ZoneColours = { fill: '#161b23', ink: '#a3aebd' };

export const ZONE_NUMBERS = [0, 1, 2, 3, 4, 5] as const satisfies readonly Zone[];

export const isZone = (value: number | undefined): value is Zone =>
  value !== undefined && Number.isInteger(value) && value >= 0 && value <= 5;
