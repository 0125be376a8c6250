import { as, inRoom, inTimeRange, where } from '../../parts/influxql.js';
import type { Query } from '../../parts/query.js';

const chosen = where(inTimeRange, inRoom);
const newest = (fields: readonly string[]): string => fields.map((field) => as(`last("${field}")`, field)).join(', ');
const byTime = 'GROUP BY time($__interval), "gateway"';
const overTime = (meaning: string, value: string): Query => ({
  meaning,
  text: `SELECT ${value} FROM "gateway_health" ${chosen} ${byTime} fill(none)`,
  as: 'time_series',
  alias: '$tag_gateway',
});

export const state: Query = {
  meaning: 'What each gateway said last. Choose a gym where gateways of several have the same name.',
  text: `SELECT ${newest(['online', 'silentS', 'version', 'clock', 'uptimeS', 'straps', 'waiting', 'oldestWaitingS', 'cpuPercent', 'memoryMb', 'temperatureC'])} FROM "gateway_health" ${chosen} GROUP BY "gateway"`,
  as: 'table',
};

export const ledger: Query = {
  meaning:
    'Where every decoded reading is: decoded = committed + dropped + open, committed = stored + dead letters. Imbalance is 0, or something is wrong.',
  text: `SELECT ${newest(['decoded', 'committed', 'stored', 'deadLettered', 'dropped', 'open', 'abandoned', 'imbalance'])} FROM "gateway_health" ${chosen} GROUP BY "gateway"`,
  as: 'table',
};

export const alerts: Query = {
  meaning: 'Alerts of these rooms, the newest 100, and that they are over.',
  text: `SELECT "severity", "room", "member", "gateway", "message" FROM "alert" ${chosen} ORDER BY time DESC LIMIT 100`,
  as: 'table',
};

export const waiting = overTime(
  'Readings on the gateway that are not committed: it falls back to some dozen after an outage.',
  'max("waiting")',
);
export const oldest = overTime('Age of the oldest reading that waits.', 'max("oldestWaitingS")');
export const spoolBytes = overTime("What the spools take of the gateway's disk.", 'max("spoolBytes")');
export const clockAhead = overTime(
  "How far the machine's clock is ahead of the clock of its readings: it was set meanwhile when this is not near 0.",
  'last("wallClockAheadMs")',
);
export const temperature = overTime('Temperature of the board, where it tells one.', 'max("temperatureC")');
export const straps = overTime('Straps and foot pods heard in the last 10 minutes.', 'last("straps")');

export const strapStates: Query = {
  meaning: 'Each strap that a gateway heard last: signal, battery, silence.',
  text: `SELECT ${newest(['rssiDbm', 'batteryPercent', 'silentS'])} FROM "strap_health" ${chosen} GROUP BY "sensor"`,
  as: 'table',
};

export const signal: Query = {
  meaning: 'Signal of each strap at each gateway: below −90 dBm heartbeats get lost.',
  text: `SELECT mean("rssiDbm") FROM "strap_health" ${chosen} GROUP BY time($__interval), "gateway", "sensor" fill(none)`,
  as: 'time_series',
  alias: '$tag_sensor at $tag_gateway',
};

const rateOf = (field: string): string => `non_negative_derivative(max("${field}"), 1s)`;
export const frames: Query = {
  meaning: 'Frames a second that each antenna hears.',
  text: `SELECT ${rateOf('frames')} FROM "radio_health" ${chosen} GROUP BY time($__interval), "gateway", "radio" fill(none)`,
  as: 'time_series',
  alias: '$tag_gateway $tag_radio',
};
export const badFrames: Query = {
  meaning: 'Frames a second that could not be understood.',
  text: `SELECT ${rateOf('badFrames')} FROM "radio_health" ${chosen} GROUP BY time($__interval), "gateway", "radio" fill(none)`,
  as: 'time_series',
  alias: '$tag_gateway $tag_radio, not understood',
};
