import { isClockSet } from '@pulseboard/contract';
import type { FleetGateway } from '../ingest/gateway-fleet.js';
import type { Problem } from './problem.js';

/**
 * What is wrong with the clock of the processor, and what gateways report of theirs.
 * @param doubt why the processor's clock may be wrong, a sentence
 * @param now the processor's clock, UTC ms
 */
export function clockProblems(doubt: string | undefined, now: number, fleet: readonly FleetGateway[]): Problem[] {
  const own = doubt === undefined ? [] : [{ code: 'processor-clock-unset', sentence: doubt, stopsData: !isClockSet(now) }];
  const gateways = fleet.flatMap(({ of, presence, health }) =>
    presence === 'online' && health?.clockFault !== undefined
      ? [{ code: 'gateway-clock', sentence: `Gateway "${of.gateway}" (${of.gym}/${of.room}): ${health.clockFault}`, stopsData: false }]
      : [],
  );
  return [...own, ...gateways];
}
