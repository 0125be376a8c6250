import {
  as,
  fromTotals,
  hasSeconds,
  inRoom,
  inTimeRange,
  isSecond,
  meanBpm,
  meanPercent,
  minutesInZonesOfRow,
  where,
} from '../../parts/influxql.js';
import type { Query } from '../../parts/query.js';

/** What a member's newest second says. */
export const now: Query = {
  meaning: 'The newest second of everybody who was heard in the last 15 s. Bars and colours are those of the zone, as on the wall.',
  text: `SELECT ${as('last("meanBpm")', 'bpm')}, ${as('last("percentOfMax")', '% of HRmax')}, ${as('last("zone")', 'zone')} FROM "member_second" ${where(inTimeRange, inRoom, isSecond)} GROUP BY "member"`,
  as: 'table',
};

/** Of each room the newest session, as its board has it; not who was taken for somebody else and has no second in it any more. */
const onBoard = [inTimeRange, inRoom, '"onBoard" = 1', hasSeconds];

/** Totals are written every 10 s: adding up the seconds of an hour for each look would take most of a second. */
export const session: Query = {
  meaning: "Totals of the session that the room's board shows: the running one, or the last one until another begins. Up to 10 s old.",
  text: `SELECT "member", ${as('"pointSixtieths" / 60', 'points')}, ${as('"microKcal" / 1000000', 'kcal')}, ${as('"seconds" / 60', 'minutes')}, "steps" ${fromTotals(['member', 'pointSixtieths', 'seconds', 'steps'], ...onBoard)}`,
  as: 'table',
};

export const minutesInZone: Query = {
  meaning: 'Minutes in each zone, of the same session.',
  text: `SELECT "member", ${minutesInZonesOfRow} FROM "session_member" ${where(...onBoard)}`,
  as: 'table',
};

export const present: Query = {
  meaning: 'How many members were heard in the last 15 s.',
  text: `SELECT ${as('count("bpm")', 'members')} FROM (SELECT ${as('last("meanBpm")', 'bpm')} FROM "member_second" ${where(inTimeRange, inRoom, isSecond)} GROUP BY "gym", "room", "member")`,
  as: 'table',
};

export const groupNow: Query = {
  meaning: 'Mean of everybody over the last 15 s.',
  text: `SELECT ${as(meanPercent, '% of HRmax')}, ${as(meanBpm, 'bpm')} FROM "member_second" ${where(inTimeRange, inRoom)}`,
  as: 'table',
};

export const groupSession: Query = {
  meaning: 'What the room has done in this session, everybody together.',
  text: `SELECT ${as('sum("pointSixtieths") / 60', 'points')}, ${as('sum("microKcal") / 1000000', 'kcal')} ${fromTotals(['pointSixtieths'], ...onBoard)}`,
  as: 'table',
};
