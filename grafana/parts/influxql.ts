/*
 * Pieces of InfluxQL that several dashboards share. Means are sums by sums: where a store cannot delete, a second that moved to another room stays as a
 * point whose sums are 0. Only what InfluxDB 1, 2 and 3 have in common is used.
 */

/** Grafana puts the time range of the panel here. */
export const inTimeRange = '$timeFilter';

/** A variable of the dashboard. Its format is always named: what Grafana takes without one depends on the variable. */
const chosen = (name: string, format: 'regex' | 'raw'): string => `\${${name}:${format}}`;
/** What is chosen of a variable: one, some or all. */
export const isChosen = (column: string, variable: string): string => `"${column}" =~ /^${chosen(variable, 'regex')}$/`;

export const inGym = isChosen('gym', 'gym');
export const inRoom = `${inGym} AND ${isChosen('room', 'room')}`;
export const ofMember = `${inRoom} AND ${isChosen('member', 'member')}`;

/**
 * The stretch of the chosen session, by the hidden variables. Both are empty as long as no session was ever stored: the zeros before them then let all
 * of time through, and in front of a number change nothing.
 */
export const inSession = `time >= 0${chosen('session_from', 'raw')}ms AND time < '2100-01-01T00:00:00Z' - 0${chosen('session_rest', 'raw')}ms`;

/** Not what is left of a second that moved. */
export const isSecond = '"seconds" = 1';

/** Of a session's totals. */
export const hasSeconds = '"seconds" > 0';

export const where = (...conditions: string[]): string => `WHERE ${conditions.join(' AND ')}`;
export const as = (expression: string, name: string): string => `${expression} AS "${name}"`;

export const meanBpm = 'sum("meanBpm") / sum("seconds")';
export const meanPercent = 'sum("percentOfMax") / sum("seconds")';

const ZONES = [0, 1, 2, 3, 4, 5] as const;
/** Names of the columns, which the panels colour. */
export const zoneName = (zone: number): string => `zone ${zone}`;
/** Minutes in each zone, summed over stored seconds. */
export const minutesInZones = ZONES.map((zone) => as(`sum("secondsInZone${zone}") / 60`, zoneName(zone))).join(', ');
/** Seconds in each zone, to be stacked. */
export const secondsInZones = ZONES.map((zone) => as(`sum("secondsInZone${zone}")`, zoneName(zone))).join(', ');
/** Minutes in each zone of a session's totals, a row each. */
export const minutesInZonesOfRow = ZONES.map((zone) => as(`"secondsInZone${zone}" / 60`, zoneName(zone))).join(', ');

/**
 * Totals of sessions as a source. An unknown energy and unknown steps are written as 0, since no field can be taken back: such rows come without them, so
 * that a column that is made of them has nothing there. Columns are divided outside: within a source InfluxQL cuts them to whole numbers.
 * @param columns beside `microKcal`, which always comes along; `steps` may be one of them
 */
export function fromTotals(columns: readonly string[], ...conditions: string[]): string {
  const rows = (names: readonly string[], condition: string): string =>
    `(SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM "session_member" ${where(...conditions, condition)})`;
  const energies: [names: string[], condition: string][] = [
    [['microKcal'], '"energySeconds" > 0'],
    [[], '"energySeconds" = 0'],
  ];
  const others = columns.filter((name) => name !== 'steps');
  // Who wore a foot pod and took no step has nothing there either.
  const walks: [names: string[], condition: string[]][] = columns.includes('steps')
    ? [
        [['steps'], ['"steps" > 0']],
        [[], ['"steps" = 0']],
      ]
    : [[[], []]];
  const sources = energies.flatMap(([energy, isKnown]) =>
    walks.map(([steps, walked]) => rows([...others, ...steps, ...energy], [isKnown, ...walked].join(' AND '))),
  );
  return `FROM ${sources.join(', ')}`;
}

/**
 * Sums over seconds as a source: `seconds`, `sixtieths` (of points), `bpm`, `percent`, `highest`, and `microKcal` only where an energy is known: 0 kcal would be
 * a lie about people whose weight or age nobody knows. Of both parts, with and without an energy, there is one row: sum them up.
 */
export const fromSums = (...conditions: string[]): string => {
  const sums = [as('sum("seconds")', 'seconds'), as('sum("pointSixtieths")', 'sixtieths'), as('sum("meanBpm")', 'bpm')];
  const rest = [as('sum("percentOfMax")', 'percent'), as('max("maxBpm")', 'highest')];
  const part = (columns: readonly string[], condition: string) =>
    `(SELECT ${[...sums, ...rest, ...columns].join(', ')} FROM "member_second" ${where(...conditions, condition)})`;
  return `FROM ${part([as('sum("microKcal")', 'microKcal')], '"energySeconds" = 1')}, ${part([], '"energySeconds" = 0')}`;
};
