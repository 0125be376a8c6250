import { as, inSession, inTimeRange, isSecond, meanBpm, ofMember, where } from '../../parts/influxql.js';
import type { Query } from '../../parts/query.js';

const chosen = [inTimeRange, inSession, ofMember];
const figures = [
  as('sum("samples")', 'readings'),
  as('sum("seconds")', 'seconds'),
  as(meanBpm, 'mean'),
  as('min("minBpm")', 'lowest'),
  as('max("maxBpm")', 'highest'),
].join(', ');

export const overall: Query = {
  meaning: 'Readings with a new beat, stored seconds, and the mean, lowest and highest heart rate over them.',
  text: `SELECT ${figures} FROM "member_second" ${where(...chosen)}`,
  as: 'table',
};

export const spread: Query = {
  meaning: 'How far the seconds are spread: standard deviation, and the heart rates that 5 %, half and 95 % of them do not exceed.',
  text: `SELECT ${as('stddev("meanBpm")', 'deviation')}, ${as('percentile("meanBpm", 5)', '5 %')}, ${as('median("meanBpm")', 'median')}, ${as('percentile("meanBpm", 95)', '95 %')} FROM "member_second" ${where(...chosen, isSecond)}`,
  as: 'table',
};

export const byMember: Query = {
  meaning: 'The same figures of each member.',
  text: `SELECT ${figures}, ${as('max("percentOfMax")', '% of HRmax')} FROM "member_second" ${where(...chosen)} GROUP BY "member"`,
  as: 'table',
};

export const heartRates: Query = {
  meaning: 'How often each heart rate was there: means of each member and interval, which are seconds in a time range of some minutes.',
  text: `SELECT ${meanBpm} FROM "member_second" ${where(...chosen)} GROUP BY time($__interval), "gym", "room", "member" fill(none)`,
  as: 'time_series',
  alias: '$tag_member',
};

export const readings: Query = {
  meaning: 'Readings with a new beat in each interval.',
  text: `SELECT ${as('sum("samples")', 'readings')} FROM "member_second" ${where(...chosen)} GROUP BY time($__interval) fill(null)`,
  as: 'time_series',
  alias: '$col',
};

export const outliers: Query = {
  meaning:
    'Seconds above the own HRmax or below 40 bpm, the newest 200: somebody at the limit, an HRmax that is wrong, or a strap that sits badly.',
  text: `SELECT "member", "room", ${as('"meanBpm"', 'bpm')}, ${as('"percentOfMax"', '% of HRmax')}, "hrMaxBpm", "sensor", "gateway" FROM "member_second" ${where(...chosen, isSecond, '("percentOfMax" > 100 OR "meanBpm" < 40)')} ORDER BY time DESC LIMIT 200`,
  as: 'table',
};
