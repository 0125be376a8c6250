import { DOUBLE, type DuckDBAppender, LIST } from '@duckdb/node-api';
import type { MemberSecond } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';

/** A row as `getRowObjectsJS` gives it: BIGINT as bigint, NULL as null. */
export type Row = Record<string, unknown>;

const RR_LIST = LIST(DOUBLE);

export function appendReading(to: DuckDBAppender, r: StoredReading): void {
  const small = (value: number | undefined) => (value === undefined ? to.appendNull() : to.appendSmallInt(value));
  const double = (value: number | undefined) => (value === undefined ? to.appendNull() : to.appendDouble(value));
  to.appendVarchar(r.gym);
  to.appendVarchar(r.room);
  to.appendVarchar(r.gateway);
  to.appendVarchar(r.spool);
  to.appendBigInt(BigInt(r.number));
  to.appendVarchar(r.sensor);
  to.appendBigInt(BigInt(r.at));
  small(r.heartRateBpm);
  double(r.beatTimeMs);
  small(r.beatCount);
  small(r.beats);
  if (r.rrIntervalsMs === undefined) to.appendNull();
  else to.appendList(r.rrIntervalsMs, RR_LIST);
  if (r.contact === undefined) to.appendNull();
  else to.appendBoolean(r.contact);
  small(r.batteryPercent);
  if (r.steps === undefined) to.appendNull();
  else to.appendBigInt(BigInt(r.steps));
  double(r.cadenceSpm);
  double(r.distanceM);
  if (r.energyKj === undefined) to.appendNull();
  else to.appendInteger(r.energyKj);
  small(r.rssiDbm);
  if (r.raw === undefined) to.appendNull();
  else to.appendVarchar(r.raw);
  to.endRow();
}

export function appendMemberSecond(to: DuckDBAppender, s: MemberSecond): void {
  const integer = (value: number | undefined) => (value === undefined ? to.appendNull() : to.appendInteger(value));
  to.appendVarchar(s.gym);
  to.appendVarchar(s.room);
  to.appendVarchar(s.member);
  to.appendBigInt(BigInt(s.at));
  to.appendVarchar(s.sensor);
  to.appendVarchar(s.gateway);
  to.appendSmallInt(tenths(s.meanBpm));
  to.appendSmallInt(s.minBpm);
  to.appendSmallInt(s.maxBpm);
  to.appendSmallInt(s.samples);
  to.appendSmallInt(s.beats);
  integer(s.meanRrMs === undefined ? undefined : tenths(s.meanRrMs));
  to.appendSmallInt(tenths(s.percentOfMax));
  to.appendSmallInt(s.hrMaxBpm);
  to.appendBoolean(s.hrMaxAssumed);
  to.appendTinyInt(s.zone);
  integer(s.microKcal);
  to.appendTinyInt(s.pointSixtieths);
  to.appendInteger(s.steps);
  to.appendBoolean(s.held);
  to.endRow();
}

const tenths = (value: number): number => Math.round(value * 10);

export function readingOf(row: Row): StoredReading {
  const reading: Record<string, unknown> = {
    gym: row.gym,
    room: row.room,
    gateway: row.gateway,
    spool: row.spool,
    number: Number(row.number),
    sensor: row.sensor,
    at: Number(row.at_ms),
  };
  const fields = {
    heartRateBpm: row.heart_rate_bpm,
    beatTimeMs: row.beat_time_ms,
    beatCount: row.beat_count,
    beats: row.beats,
    rrIntervalsMs: row.rr_intervals_ms,
    contact: row.contact,
    batteryPercent: row.battery_percent,
    steps: row.steps === null ? null : Number(row.steps),
    cadenceSpm: row.cadence_spm,
    distanceM: row.distance_m,
    energyKj: row.energy_kj,
    rssiDbm: row.rssi_dbm,
    raw: row.raw,
  };
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined) reading[name] = value;
  return reading as unknown as StoredReading;
}

export function memberSecondOf(row: Row): MemberSecond {
  return {
    gym: row.gym as string,
    room: row.room as string,
    member: row.member as string,
    at: Number(row.at_ms),
    sensor: row.sensor as string,
    gateway: row.gateway as string,
    meanBpm: Number(row.mean_bpm_tenths) / 10,
    minBpm: Number(row.min_bpm),
    maxBpm: Number(row.max_bpm),
    samples: Number(row.samples),
    beats: Number(row.beats),
    ...(row.mean_rr_tenths === null ? {} : { meanRrMs: Number(row.mean_rr_tenths) / 10 }),
    percentOfMax: Number(row.percent_tenths) / 10,
    hrMaxBpm: Number(row.hr_max_bpm),
    hrMaxAssumed: row.hr_max_assumed as boolean,
    zone: Number(row.zone),
    ...(row.micro_kcal === null ? {} : { microKcal: Number(row.micro_kcal) }),
    pointSixtieths: Number(row.point_sixtieths),
    steps: Number(row.steps),
    held: row.held as boolean,
  };
}
