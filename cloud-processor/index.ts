export { type DeadLettersCommandOptions, deadLettersUsage, runDeadLettersCommand } from './dead-letters-command.js';
export * from './processor.js';
export { placeOf } from './registry/postgres/postgres-session.js';
export type { InfluxLogin } from './storage/influx/influx-connection.js';
export { RetentionTooShortError } from './storage/retention.js';
export { StoreOpenError } from './storage/time-series-store.js';
