import type { LiveRow } from '@pulseboard/contract';

/** A row for tests. */
export function liveRow(member: string, changes: Partial<LiveRow> = {}): LiveRow {
  return {
    member,
    nickname: member,
    guest: false,
    sensor: 'ant-hr-407919',
    signal: 'live',
    lastReadingAt: 1_000_000,
    bpm: 150,
    percentOfMax: 80,
    zone: 4,
    hrMaxBpm: 188,
    hrMaxAssumed: false,
    points: 10,
    kcal: 100,
    steps: 0,
    seconds: 60,
    batteryLow: false,
    joinedAt: 900_000,
    ranks: { points: 1, percentOfMax: 1, bpm: 1, calories: 1, steps: 1 },
    ...changes,
  };
}
