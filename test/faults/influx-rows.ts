import type { MemberSecond, Reading } from '@pulseboard/contract';
import type { StoredRow } from './compare-readings.js';
import type { StoreContent } from './stored-rows.js';

type Row = Record<string, unknown>;

/** Fields that are there for sums, and say nothing that the others do not say. */
const DERIVED = /^(time|seconds|energySeconds|stepSeconds|secondsInZone\d)$/;

/**
 * Reads a database of InfluxDB, as anybody would who knows its measurements and not our code.
 * @param url of InfluxDB itself @param token of version 2
 * @param watermarkAt as the processor told it last: it does not stand there
 */
export async function readInflux(url: string, token: string | undefined, database: string, watermarkAt: number): Promise<StoreContent> {
  const [readings, seconds] = await Promise.all([rows(url, token, database, 'reading'), rows(url, token, database, 'member_second')]);
  return { readings: readings.map(storedRowOf), seconds: seconds.filter(({ zone }) => zone !== -1).map(memberSecondOf), watermarkAt };
}

async function rows(url: string, token: string | undefined, database: string, measurement: string): Promise<Row[]> {
  const query = new URLSearchParams({ db: database, epoch: 'ms', chunked: 'true', q: `SELECT * FROM "${measurement}"` });
  const response = await fetch(`${url}/query?${query}`, { headers: token === undefined ? {} : { authorization: `Token ${token}` } });
  type Answer = { results?: { error?: string; series?: { columns: string[]; values: unknown[][] }[] }[]; error?: string };
  const found: Row[] = [];
  for (const line of (await response.text()).split('\n').filter(Boolean)) {
    const { results = [], error } = JSON.parse(line) as Answer;
    for (const { error: fault = error, series = [] } of results) {
      if (fault) throw new Error(`InfluxDB: ${fault}`);
      for (const { columns, values } of series)
        for (const value of values)
          found.push(Object.fromEntries(columns.flatMap((column, i) => (value[i] === null ? [] : [[column, value[i]]]))));
    }
  }
  return found;
}

function storedRowOf({ time, gym, room, gateway, spool, number, rrIntervalsMs, ...fields }: Row): StoredRow {
  const intervals = rrIntervalsMs === undefined ? {} : { rrIntervalsMs: JSON.parse(rrIntervalsMs as string) };
  return { gym, room, gateway, spool, number, reading: { ...fields, ...intervals, at: time } as unknown as Reading } as StoredRow;
}

/** 0 stands for an unknown interval and for no differences of them, and an unknown energy is one of 0 seconds, as are unknown steps. */
function memberSecondOf(row: Row): MemberSecond {
  const second: Row = { at: row.time };
  for (const [field, value] of Object.entries(row)) if (!DERIVED.test(field)) second[field] = value;
  if (second.meanRrMs === 0) delete second.meanRrMs;
  if (second.rrDifferences === 0) for (const field of ['rrDifferences', 'rrSquaredDifferencesMs2']) delete second[field];
  if (row.energySeconds === 0) delete second.microKcal;
  if (row.stepSeconds === 0) delete second.steps;
  return second as unknown as MemberSecond;
}
