import { DuckDBInstance } from '@duckdb/node-api';
import type { MemberSecond, Reading } from '@pulseboard/contract';
import type { StoredRow } from './compare-readings.js';

/** What stands in a store file. */
export interface StoreContent {
  readings: StoredRow[];
  seconds: MemberSecond[];
  /** UTC ms of the begin of the last second that is derived; undefined when none is. */
  watermarkAt: number | undefined;
}

type Row = Record<string, unknown>;

/** Column of each field of a reading; a NULL is a field that is not there. */
const READING_COLUMNS: Record<Exclude<keyof Reading, 'sensor' | 'at'>, string> = {
  heartRateBpm: 'heart_rate_bpm',
  beatTimeMs: 'beat_time_ms',
  beatCount: 'beat_count',
  beats: 'beats',
  rrIntervalsMs: 'rr_intervals_ms',
  rrComputed: 'rr_computed',
  rrIncomplete: 'rr_incomplete',
  contact: 'contact',
  batteryPercent: 'battery_percent',
  batteryState: 'battery_state',
  steps: 'steps',
  cadenceSpm: 'cadence_spm',
  speedMps: 'speed_mps',
  strideLengthM: 'stride_length_m',
  running: 'running',
  distanceM: 'distance_m',
  totalSteps: 'total_steps',
  totalDistanceM: 'total_distance_m',
  energyKj: 'energy_kj',
  kcal: 'kcal',
  rssiDbm: 'rssi_dbm',
  raw: 'raw',
};

/** Column of each field of a member-second, and what its integer counts. */
const SECOND_COLUMNS: Record<keyof MemberSecond, [column: string, perUnit?: number]> = {
  gym: ['gym'],
  room: ['room'],
  member: ['member'],
  at: ['at_ms'],
  sensor: ['sensor'],
  gateway: ['gateway'],
  meanBpm: ['mean_bpm_tenths', 10],
  minBpm: ['min_bpm'],
  maxBpm: ['max_bpm'],
  samples: ['samples'],
  beats: ['beats'],
  meanRrMs: ['mean_rr_tenths', 10],
  percentOfMax: ['percent_tenths', 10],
  hrMaxBpm: ['hr_max_bpm'],
  hrMaxAssumed: ['hr_max_assumed'],
  zone: ['zone'],
  microKcal: ['micro_kcal'],
  pointSixtieths: ['point_sixtieths'],
  steps: ['steps'],
  held: ['held'],
  rrDifferences: ['rr_differences'],
  rrSquaredDifferencesMs2: ['rr_squared_differences_ms2'],
};

/**
 * Reads a store that no process has open.
 * @param file of DuckDB
 * @throws what DuckDB throws: the file is locked, or no store
 */
export async function readStore(file: string): Promise<StoreContent> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS() as Row[];
    const [state] = await rows("SELECT max(value) AS at FROM processor_state WHERE name = 'watermark_at'");
    return {
      readings: (await rows('SELECT * FROM readings')).map(storedRowOf),
      seconds: (await rows('SELECT * FROM member_seconds')).map(memberSecondOf),
      watermarkAt: state!.at === null ? undefined : Number(state!.at),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function storedRowOf(row: Row): StoredRow {
  const reading: Record<string, unknown> = { sensor: row.sensor, at: Number(row.at_ms) };
  for (const [field, column] of Object.entries(READING_COLUMNS)) if (row[column] !== null) reading[field] = plain(row[column]);
  return {
    gym: row.gym as string,
    room: row.room as string,
    gateway: row.gateway as string,
    spool: row.spool as string,
    number: Number(row.number),
    reading: reading as unknown as Reading,
  };
}

function memberSecondOf(row: Row): MemberSecond {
  const second: Record<string, unknown> = {};
  for (const [field, [column, perUnit]] of Object.entries(SECOND_COLUMNS)) {
    const value = row[column];
    if (value !== null) second[field] = perUnit ? Number(value) / perUnit : plain(value);
  }
  return second as unknown as MemberSecond;
}

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
