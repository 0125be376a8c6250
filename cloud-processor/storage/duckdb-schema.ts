/**
 * Integers wherever something is summed: tenths of bpm, percent and ms. No primary keys: they cost a factor of 2.4 in writing and a gigabyte of index
 * at 30 million rows; that a reading stands once is known from `spool_ranges`, which is written in the same transaction.
 */
export const DUCKDB_SCHEMA = `
CREATE TABLE IF NOT EXISTS readings (
  gym VARCHAR NOT NULL, room VARCHAR NOT NULL, gateway VARCHAR NOT NULL, spool VARCHAR NOT NULL, number BIGINT NOT NULL,
  sensor VARCHAR NOT NULL, at_ms BIGINT NOT NULL,
  heart_rate_bpm SMALLINT, beat_time_ms DOUBLE, beat_count SMALLINT, beats SMALLINT, rr_intervals_ms DOUBLE[], contact BOOLEAN,
  battery_percent SMALLINT, steps BIGINT, cadence_spm DOUBLE, distance_m DOUBLE, energy_kj INTEGER, rssi_dbm SMALLINT, raw VARCHAR);
CREATE TABLE IF NOT EXISTS member_seconds (
  gym VARCHAR NOT NULL, room VARCHAR NOT NULL, member VARCHAR NOT NULL, at_ms BIGINT NOT NULL, sensor VARCHAR NOT NULL, gateway VARCHAR NOT NULL,
  mean_bpm_tenths SMALLINT NOT NULL, min_bpm SMALLINT NOT NULL, max_bpm SMALLINT NOT NULL, samples SMALLINT NOT NULL, beats SMALLINT NOT NULL,
  mean_rr_tenths INTEGER, percent_tenths SMALLINT NOT NULL, hr_max_bpm SMALLINT NOT NULL, hr_max_assumed BOOLEAN NOT NULL, zone TINYINT NOT NULL,
  micro_kcal INTEGER, point_sixtieths TINYINT NOT NULL, steps INTEGER NOT NULL, held BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS spool_ranges (
  gym VARCHAR NOT NULL, room VARCHAR NOT NULL, gateway VARCHAR NOT NULL, spool VARCHAR NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS processor_state (name VARCHAR NOT NULL, value BIGINT NOT NULL);
`;
