import {
  as,
  fromSums,
  fromTotals,
  hasSeconds,
  inRoom,
  inSession,
  inTimeRange,
  meanBpm,
  meanPercent,
  minutesInZones,
  secondsInZones,
  where,
} from '../../parts/influxql.js';
import type { Query } from '../../parts/query.js';

const choice = [inTimeRange, inSession, inRoom];
const chosen = where(...choice);
const byTime = 'GROUP BY time($__interval)';

export const groupMean: Query = {
  meaning: 'Heart rate of the group: mean, lowest and highest of each interval, from a second on.',
  text: `SELECT ${as(meanBpm, 'mean')}, ${as('min("minBpm")', 'lowest')}, ${as('max("maxBpm")', 'highest')} FROM "member_second" ${chosen} ${byTime} fill(null)`,
  as: 'time_series',
  alias: '$col',
};

export const distribution: Query = {
  meaning: 'How many members worked at which share of their HRmax, over time.',
  text: `SELECT ${meanPercent} FROM "member_second" ${chosen} ${byTime}, "gym", "room", "member" fill(none)`,
  as: 'time_series',
  alias: '$tag_member',
};

export const zonesOverTime: Query = {
  meaning: 'Which part of the group was in which zone.',
  text: `SELECT ${secondsInZones} FROM "member_second" ${chosen} ${byTime} fill(0)`,
  as: 'time_series',
  alias: '$col',
};

export const members: Query = {
  meaning: 'How many members had a heart rate, mean of each interval.',
  text: `SELECT ${as('sum("seconds") * 1000 / $__interval_ms', 'members')} FROM "member_second" ${chosen} ${byTime} fill(0)`,
  as: 'time_series',
  alias: '$col',
};

export const group: Query = {
  meaning: 'The group over the time range.',
  text: `SELECT ${as('sum("bpm") / sum("seconds")', 'mean bpm')}, ${as('sum("percent") / sum("seconds")', '% of HRmax')}, ${as('sum("seconds") / 60', 'minutes of all')}, ${as('sum("sixtieths") / 60', 'points')}, ${as('sum("microKcal") / 1000000', 'kcal')} ${fromSums(...choice)}`,
  as: 'table',
};

/** Totals carry the begin of their session: what lies in its stretch is of it. */
const ofSession = [inSession, inRoom, hasSeconds];

export const ranking: Query = {
  meaning: 'Totals of the chosen session; of all sessions while none is chosen. Those of a running one are up to 10 s old.',
  text: `SELECT ${as('sum("pointSixtieths") / 60', 'points')}, ${as('sum("microKcal") / 1000000', 'kcal')}, ${as('sum("seconds") / 60', 'minutes')}, ${as('sum("steps")', 'steps')} ${fromTotals(['pointSixtieths', 'seconds', 'steps'], ...ofSession)} GROUP BY "member"`,
  as: 'table',
};

export const minutesInZone: Query = {
  meaning: 'Minutes in each zone in the chosen session; in all sessions while none is chosen.',
  text: `SELECT ${minutesInZones} FROM "session_member" ${where(...ofSession)} GROUP BY "member"`,
  as: 'table',
};
