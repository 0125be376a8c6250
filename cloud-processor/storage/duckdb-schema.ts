import type { DuckDBConnection } from '@duckdb/node-api';
import type { MemberSecond } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { DeadLetter } from '../ingest/dead-letter.js';
import type { SpoolRecord } from '../ingest/spool-record.js';
import {
  bigint,
  bool,
  DuckDbTable,
  double,
  doubles,
  integer,
  json,
  longTenths,
  ranges,
  smallint,
  tenths,
  text,
  tinyint,
} from './duckdb-table.js';

/*
 * Integers wherever something is summed: tenths of bpm, percent and ms. No primary keys: they cost a factor of 2.4 in writing and a gigabyte of index
 * at 30 million rows; that a reading stands once is known from `spools`, which is written in the same transaction.
 */

export const readingsTable = new DuckDbTable<StoredReading>('readings', [
  ['gym', 'gym', text],
  ['room', 'room', text],
  ['gateway', 'gateway', text],
  ['spool', 'spool', text],
  ['number', 'number', bigint],
  ['sensor', 'sensor', text],
  ['at', 'at_ms', bigint],
  ['heartRateBpm', 'heart_rate_bpm', smallint, '?'],
  ['beatTimeMs', 'beat_time_ms', double, '?'],
  ['beatCount', 'beat_count', smallint, '?'],
  ['beats', 'beats', smallint, '?'],
  ['rrIntervalsMs', 'rr_intervals_ms', doubles, '?'],
  ['contact', 'contact', bool, '?'],
  ['batteryPercent', 'battery_percent', smallint, '?'],
  ['steps', 'steps', bigint, '?'],
  ['cadenceSpm', 'cadence_spm', double, '?'],
  ['distanceM', 'distance_m', double, '?'],
  ['energyKj', 'energy_kj', integer, '?'],
  ['rssiDbm', 'rssi_dbm', smallint, '?'],
  ['raw', 'raw', text, '?'],
  // Columns that a later release added stand at the end, as `ADDED` puts them there.
  ['rrComputed', 'rr_computed', bool, '?'],
  ['rrIncomplete', 'rr_incomplete', bool, '?'],
  ['batteryState', 'battery_state', text, '?'],
  ['speedMps', 'speed_mps', double, '?'],
  ['strideLengthM', 'stride_length_m', double, '?'],
  ['running', 'running', bool, '?'],
  ['totalSteps', 'total_steps', bigint, '?'],
  ['totalDistanceM', 'total_distance_m', double, '?'],
  ['kcal', 'kcal', smallint, '?'],
]);

export const secondsTable = new DuckDbTable<MemberSecond>('member_seconds', [
  ['gym', 'gym', text],
  ['room', 'room', text],
  ['member', 'member', text],
  ['at', 'at_ms', bigint],
  ['sensor', 'sensor', text],
  ['gateway', 'gateway', text],
  ['meanBpm', 'mean_bpm_tenths', tenths],
  ['minBpm', 'min_bpm', smallint],
  ['maxBpm', 'max_bpm', smallint],
  ['samples', 'samples', smallint],
  ['beats', 'beats', smallint],
  ['meanRrMs', 'mean_rr_tenths', longTenths, '?'],
  ['percentOfMax', 'percent_tenths', tenths],
  ['hrMaxBpm', 'hr_max_bpm', smallint],
  ['hrMaxAssumed', 'hr_max_assumed', bool],
  ['zone', 'zone', tinyint],
  ['microKcal', 'micro_kcal', integer, '?'],
  ['pointSixtieths', 'point_sixtieths', tinyint],
  ['steps', 'steps', integer, '?'],
  ['held', 'held', bool],
  ['rrDifferences', 'rr_differences', smallint, '?'],
  ['rrSquaredDifferencesMs2', 'rr_squared_differences_ms2', integer, '?'],
]);

export const spoolsTable = new DuckDbTable<SpoolRecord>('spools', [
  ['gym', 'gym', text],
  ['room', 'room', text],
  ['gateway', 'gateway', text],
  ['spool', 'spool', text],
  ['ranges', 'ranges', ranges],
  ['gone', 'gone', ranges],
  ['closed', 'closed', bool],
  ['deadLettered', 'dead_lettered', bigint],
  ['told', 'told', json, '?'],
]);

export const deadLettersTable = new DuckDbTable<DeadLetter>('dead_letters', [
  ['gym', 'gym', text],
  ['room', 'room', text],
  ['gateway', 'gateway', text],
  ['spool', 'spool', text],
  ['number', 'number', bigint],
  ['arrivedAt', 'arrived_at_ms', bigint],
  ['reason', 'reason', text],
  ['detail', 'detail', text],
  ['payload', 'payload', text],
]);

const CREATE = [
  ...[readingsTable, secondsTable, spoolsTable, deadLettersTable].map(({ schema }) => schema),
  'CREATE TABLE IF NOT EXISTS processor_state (name VARCHAR NOT NULL, value BIGINT NOT NULL);',
].join('\n');

/** Until 0.1 a spool had a row for each range, and nothing of it was gone, closed or dead-lettered. */
const FROM_SPOOL_RANGES = `
INSERT INTO spools (gym, room, gateway, spool, ranges, gone, closed, dead_lettered)
  SELECT any_value(gym), any_value(room), any_value(gateway), spool, flatten(list([first, last] ORDER BY first)), [], false, 0
  FROM spool_ranges GROUP BY spool;
DROP TABLE spool_ranges;`;

/** Columns that tables of a former release lack: differences of RR intervals, what foot pods send, states of batteries. */
const ADDED = [
  ...['rr_differences SMALLINT', 'rr_squared_differences_ms2 INTEGER'].map((column) => ['member_seconds', column]),
  ...['rr_computed BOOLEAN', 'rr_incomplete BOOLEAN', 'battery_state VARCHAR'].map((column) => ['readings', column]),
  ...['speed_mps DOUBLE', 'stride_length_m DOUBLE', 'running BOOLEAN'].map((column) => ['readings', column]),
  ...['total_steps BIGINT', 'total_distance_m DOUBLE', 'kcal SMALLINT'].map((column) => ['readings', column]),
]
  .map(([table, column]) => `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${column};`)
  .join('\n');

/** Until 0.1 a second without a foot pod had 0 steps: those are unknown. */
const UNKNOWN_STEPS = `
ALTER TABLE member_seconds ALTER COLUMN steps DROP NOT NULL;`;
const NO_STEPS_ARE_UNKNOWN = 'UPDATE member_seconds SET steps = NULL WHERE steps = 0;';

/** Makes the tables, or brings those of a former release up to date: all of it or nothing. */
export async function prepareTables(connection: DuckDBConnection): Promise<void> {
  const former = await connection.runAndReadAll("SELECT 1 FROM duckdb_tables() WHERE table_name = 'spool_ranges'");
  const demandsSteps = await connection.runAndReadAll(
    "SELECT 1 FROM duckdb_columns() WHERE table_name = 'member_seconds' AND column_name = 'steps' AND NOT is_nullable",
  );
  const steps = demandsSteps.currentRowCount > 0 ? `${UNKNOWN_STEPS} ${NO_STEPS_ARE_UNKNOWN}` : '';
  await connection.run(`BEGIN TRANSACTION; ${CREATE} ${ADDED} ${steps} ${former.currentRowCount > 0 ? FROM_SPOOL_RANGES : ''} COMMIT;`);
}
