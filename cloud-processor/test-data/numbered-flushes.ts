import type { Id } from '@pulseboard/contract';
import type { StoreWrite } from '../storage/time-series-store.js';
import { letterOf, readingAt, recordOf, secondOf, T0 } from './readings.js';
import type { Inhabitants } from './store-content.js';

const READINGS = 40;
const MEMBERS: readonly Id[] = Array.from({ length: 10 }, (_, i) => `member-${i}`);
export const inhabitants: Inhabitants = { gyms: ['demo'], rooms: ['main', 'studio'], members: MEMBERS };

/** The flush of this number, from 1 on, always the same: new readings, a new second of each member, and those of the two seconds before moved to another room. */
export function flushNumber(n: number): StoreWrite {
  const room = n % 2 ? 'main' : 'studio';
  const first = (n - 1) * READINGS + 1;
  const spool = 'spool0001';
  return {
    readings: Array.from({ length: READINGS }, (_, i) =>
      readingAt(n * 1000 + i, {
        spool,
        number: first + i,
        sensor: `ant-hr-${i % 10}`,
        heartRateBpm: 100 + (n % 50),
        rrIntervalsMs: [n + 0.25],
      }),
    ),
    replaced:
      n > 1 ? MEMBERS.map((member) => ({ gym: 'demo', member, from: T0 + Math.max(1, n - 2) * 1000, to: T0 + (n - 1) * 1000 })) : [],
    seconds: MEMBERS.flatMap((member) => [n - 2, n - 1, n].filter((s) => s > 0).map((s) => secondOf(s, { member, room, beats: n % 100 }))),
    spools: [recordOf(spool, { ranges: [[1, first + READINGS - 1]], deadLettered: n })],
    deadLetters: [letterOf(n, { spool: 'spool0002', arrivedAt: T0 + n })],
    removedDeadLetters: n % 3 === 0 ? [letterOf(n - 1, { spool: 'spool0002' })] : [],
    watermarkAt: T0 + n * 1000,
  };
}

/** Of the last flush that a state has. */
export const numberOf = (watermarkAt: number | undefined): number => (watermarkAt === undefined ? 0 : (watermarkAt - T0) / 1000);
