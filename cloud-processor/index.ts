export { type DeadLettersCommandOptions, runDeadLettersCommand } from './dead-letters-command.js';
export * from './processor.js';
export { RetentionTooShortError } from './storage/retention.js';
export { StoreOpenError } from './storage/time-series-store.js';
