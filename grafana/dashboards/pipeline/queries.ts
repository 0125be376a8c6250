import { as, inTimeRange, where } from '../../parts/influxql.js';
import type { Query } from '../../parts/query.js';

const chosen = where(inTimeRange);
const byTime = 'GROUP BY time($__interval)';
const perSecond = (field: string, name: string): string => as(`non_negative_derivative(max("${field}"), 1s)`, name);
const increase = (field: string, name: string): string => as(`non_negative_difference(max("${field}"))`, name);
const overTime = (meaning: string, ...columns: string[]): Query => ({
  meaning,
  text: `SELECT ${columns.join(', ')} FROM "pipeline_health" ${chosen} ${byTime} fill(none)`,
  as: 'time_series',
  alias: '$col',
});

export const state: Query = {
  meaning:
    'What the processor said last. Imbalance is 0, or something is wrong: readings that were received, and of which nobody can say what became of them.',
  text: `SELECT ${['store', 'broker', 'registry', 'waiting', 'imbalance', 'epoch', 'memoryMb'].map((field) => as(`last("${field}")`, field)).join(', ')} FROM "pipeline_health" ${chosen}`,
  as: 'table',
};

export const rates = overTime(
  'Readings a second: received, stored; those that came before (resent), were turned away while the store was away, or became dead letters.',
  perSecond('received', 'received'),
  perSecond('stored', 'stored'),
  perSecond('duplicate', 'sent again'),
  perSecond('turnedAway', 'turned away'),
  perSecond('deadLettered', 'dead letters'),
);

export const lateness = overTime(
  'How old readings are when they arrive, readings a second: live ones take a tenth of a second; minutes and hours are what a gateway held back.',
  perSecond('arrivedWithin100ms', 'within 0.1 s'),
  perSecond('arrivedWithin1s', 'within 1 s'),
  perSecond('arrivedWithin10s', 'within 10 s'),
  perSecond('arrivedWithin1h', 'within 1 h'),
  perSecond('arrivedLater', 'later'),
);

export const derivedLag = overTime(
  'How long ago the last derived second ended: member-seconds are that late.',
  as('max("derivedLagMs")', 'lag'),
);

export const waiting = overTime('Readings that are taken and not stored yet.', as('max("waiting")', 'waiting'));

export const faults = overTime(
  'What went wrong in each interval: flushes that the store did not take, batches refused, readings kept off the board because their clock is ahead, and lines of these dashboards that could not be written.',
  increase('failedFlushes', 'failed flushes'),
  increase('refusedBatches', 'refused batches'),
  increase('clockFaults', 'clock faults'),
  increase('lostLines', 'lost lines'),
);

export const deadLetters: Query = {
  meaning: 'Dead letters in the store, by reason.',
  text: `SELECT last("letters") FROM "dead_letters" ${chosen} ${byTime}, "reason" fill(none)`,
  as: 'time_series',
  alias: '$tag_reason',
};

export const memory = overTime('Memory of the process.', as('max("memoryMb")', 'memory'));
