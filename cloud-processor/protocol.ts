/** The processor's side of the guarantee as pure parts, for simulations: no framework, store or socket comes with it. */
export * from './aggregation/derivation-plan.js';
export * from './aggregation/member-second.js';
export * from './aggregation/roster.js';
export * from './aggregation/stored-reading.js';
export * from './ingest/ledger.js';
export * from './ingest/spool-books.js';
export * from './ingest/spool-record.js';
