import {
  as,
  fromSums,
  fromTotals,
  hasSeconds,
  inSession,
  inTimeRange,
  isSecond,
  meanBpm,
  meanPercent,
  minutesInZones,
  minutesInZonesOfRow,
  ofMember,
  where,
} from '../../parts/influxql.js';
import type { Query } from '../../parts/query.js';

const chosen = [inTimeRange, inSession, ofMember];
const byTime = 'GROUP BY time($__interval), "member"';
const overTime = (meaning: string, value: string, conditions: string[], fill: 'null' | '0'): Query => ({
  meaning,
  text: `SELECT ${value} FROM "member_second" ${where(...chosen, ...conditions)} ${byTime} fill(${fill})`,
  as: 'time_series',
  alias: '$tag_member',
});

export const percent = overTime('Heart rate as share of the own HRmax; the bands are the zones 1 to 5.', meanPercent, [], 'null');
export const bpm = overTime('Heart rate, mean of each interval.', meanBpm, [], 'null');
export const rr = overTime(
  'Mean time from beat to beat. Only straps that tell each interval have it.',
  'mean("meanRrMs")',
  ['"meanRrMs" > 0'],
  'null',
);
export const points = overTime(
  'Points, added up from the begin of the time range on.',
  'cumulative_sum(sum("pointSixtieths")) / 60',
  [],
  '0',
);
export const kcal = overTime(
  'Energy, added up from the begin of the time range on. Nothing is shown of members whose age or weight is unknown.',
  'cumulative_sum(sum("microKcal")) / 1000000',
  ['"energySeconds" = 1'],
  '0',
);

export const rmssd: Query = {
  meaning:
    'RMSSD of each minute: the root of the mean square of differences between intervals that follow each other, never across a gap or an interval outside 300–2000 ms. It says something of rest and recovery, little of hard work.',
  text: `SELECT sqrt(sum("rrSquaredDifferencesMs2") / sum("rrDifferences")) FROM "member_second" ${where(...chosen, '"rrDifferences" > 0')} GROUP BY time(1m), "member" fill(null)`,
  as: 'time_series',
  alias: '$tag_member',
};

export const minutesInZone: Query = {
  meaning: 'Minutes in each zone.',
  text: `SELECT ${minutesInZones} FROM "member_second" ${where(...chosen)} GROUP BY "member"`,
  as: 'table',
};

export const totals: Query = {
  meaning: 'Sums over the stored seconds of the time range; of several members together.',
  text: `SELECT ${as('sum("seconds") / 60', 'minutes')}, ${as('sum("sixtieths") / 60', 'points')}, ${as('sum("microKcal") / 1000000', 'kcal')}, ${as('sum("bpm") / sum("seconds")', 'mean bpm')}, ${as('max("highest")', 'highest bpm')} ${fromSums(...chosen)}`,
  as: 'table',
};

/** Not bound to the time range: sessions are compared with those before them. */
const ofSessions = ['time > 0', ofMember, hasSeconds];
const newestFirst = 'ORDER BY time DESC LIMIT 40';

export const sessions: Query = {
  meaning: 'The last 40 sessions of the chosen members, the newest first.',
  text: `SELECT "name", "member", ${as('"seconds" / 60', 'minutes')}, ${as('"pointSixtieths" / 60', 'points')}, ${as('"microKcal" / 1000000', 'kcal')}, "steps" ${fromTotals(['name', 'member', 'seconds', 'pointSixtieths', 'steps'], ...ofSessions)} ${newestFirst}`,
  as: 'table',
};

export const zonesOfSessions: Query = {
  meaning: 'Minutes in each zone in the last 40 sessions.',
  text: `SELECT "name", ${minutesInZonesOfRow} FROM "session_member" ${where(...ofSessions)} ${newestFirst}`,
  as: 'table',
};

export const newest: Query = {
  meaning: 'Newest value in the time range.',
  text: `SELECT ${as('last("meanBpm")', 'bpm')}, ${as('last("percentOfMax")', '% of HRmax')}, ${as('last("zone")', 'zone')} FROM "member_second" ${where(...chosen, isSecond)}`,
  as: 'table',
};
