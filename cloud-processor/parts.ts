/** What a processor is made of, for measurements and proofs that drive it by a clock of their own: no broker, framework or timer comes with it. */
export { Roster, type RosterData } from './aggregation/roster.js';
export type { StoredReading } from './aggregation/stored-reading.js';
export { Boards } from './board/boards.js';
export { Derivation } from './ingest/derivation.js';
export { GatewayFleet } from './ingest/gateway-fleet.js';
export { Pipeline } from './ingest/pipeline.js';
export { SpoolBooks } from './ingest/spool-books.js';
export { demoMembers } from './registry/demo-members.js';
export { sessionSaver } from './registry/session-saver.js';
export { DuckDbTimeSeriesStore } from './storage/duckdb-time-series-store.js';
export { secondPoints } from './storage/influx/influx-schema.js';
export type { RoomSecond, TimeSeriesStore } from './storage/time-series-store.js';
export { openStores } from './stores.js';
export { sessionMemberPoints } from './telemetry/measurements.js';
export { sessionMemberRow } from './telemetry/session-rows.js';
export { SessionTotals } from './telemetry/session-totals.js';
export { Telemetry } from './telemetry/telemetry.js';
