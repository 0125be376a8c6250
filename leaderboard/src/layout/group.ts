import type { Members } from '../live/board-state.js';
import { isZone, ZONE_NUMBERS } from '../zones.js';

export interface Group {
  readonly percentOfMax: number | undefined;
  readonly bpm: number | undefined;
  /** How many are in zone 0 to 5. */
  readonly inZone: readonly number[];
}

/** The room as a whole: everybody whose heart is heard now. */
export function groupOf(members: Members): Group {
  const heard = [...members.values()].map(({ row }) => row).filter(({ signal }) => signal !== 'lost');
  return {
    percentOfMax: mean(heard.map((row) => row.percentOfMax)),
    bpm: mean(heard.map((row) => row.bpm)),
    inZone: ZONE_NUMBERS.map((zone) => heard.filter((row) => isZone(row.zone) && row.zone === zone).length),
  };
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : undefined;
}
