import { as, inTimeRange, where } from '../parts/influxql.js';
import type { Query } from '../parts/query.js';

/*
 * Alert rules know no variables: each asks for everybody at once, and its answer is a series for each whom it may concern. Its time range ends some
 * seconds ago, where everything has arrived.
 */

const series = (meaning: string, text: string): Query => ({ meaning, text, as: 'time_series' });

export const lowestPercent = series(
  'The lowest share of HRmax that each member had in the last seconds: above 100 when no second was below.',
  `SELECT min("percentOfMax") FROM "member_second" ${where(inTimeRange, '"seconds" = 1')} GROUP BY "gym", "room", "member"`,
);

export const secondsOfMember = series(
  'Seconds with a heart rate in each 10 s, of everybody who had one in the last minute: 0 at its end is a lost strap.',
  `SELECT sum("seconds") FROM "member_second" ${where(inTimeRange)} GROUP BY time(10s), "gym", "room", "member" fill(0)`,
);

export const membersOfRoom = series(
  'How many of the room have a heart rate, second by second: when most straps fall silent, the class is over.',
  `SELECT sum("seconds") FROM "member_second" ${where(inTimeRange)} GROUP BY time(1s), "gym", "room" fill(0)`,
);

export const online = series(
  'Whether each gateway is there, as the processor knows it.',
  `SELECT last("online") FROM "gateway_health" ${where(inTimeRange)} GROUP BY "gym", "room", "gateway"`,
);

export const growth = series(
  'How many more readings wait on each gateway than at the begin of the time range.',
  `SELECT ${as('last("waiting") - first("waiting")', 'growth')} FROM "gateway_health" ${where(inTimeRange)} GROUP BY "gym", "room", "gateway"`,
);

export const imbalanceOfGateway = series(
  'Readings of which nobody can say where they are, by gateway.',
  `SELECT last("imbalance") FROM "gateway_health" ${where(inTimeRange)} GROUP BY "gym", "room", "gateway"`,
);

export const imbalanceOfProcessor = series(
  'Readings that the processor received, and of which it cannot say what became of them.',
  `SELECT last("imbalance") FROM "pipeline_health" ${where(inTimeRange)} GROUP BY "processor"`,
);

export const reports = series(
  'How often the processor wrote its figures; nothing at all when it or InfluxDB is away.',
  `SELECT count("received") FROM "pipeline_health" ${where(inTimeRange)}`,
);
