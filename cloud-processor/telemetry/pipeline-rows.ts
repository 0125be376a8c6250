import type { HealthOf } from '../api/health.controller.js';
import type { DeadReason } from '../ingest/dead-letter.js';
import type { Pipeline } from '../ingest/pipeline.js';
import type { DeadLettersRow, PipelineRow } from './measurements.js';

/** What of a processor's health is told, beside the pipeline itself. */
export type ObservedHealth = Pick<ReturnType<HealthOf>, 'broker' | 'clockFaults' | 'derivedUntil' | 'memoryMb'>;

/** What the row is made of, beside the pipeline itself. */
export interface ProcessorFigures extends ObservedHealth {
  processor: string;
  isRegistryAway: boolean;
  lostLines: number;
}

/** What of a pipeline is told. */
export type Observed = Pick<
  Pipeline,
  'books' | 'epoch' | 'isStoreAway' | 'isRegistryAway' | 'counts' | 'refusedBatches' | 'failedFlushes' | 'arrivals'
>;

/** @param at UTC ms */
export function pipelineRow(pipeline: Observed, figures: ProcessorFigures, at: number): PipelineRow {
  const { books, epoch, counts } = pipeline;
  const { received, stored, deadLettered, duplicate, turnedAway } = books.counts;
  return {
    at,
    processor: figures.processor,
    epoch,
    store: Number(!pipeline.isStoreAway),
    broker: Number(figures.broker === 'connected'),
    registry: Number(!figures.isRegistryAway),
    ...counts,
    waiting: books.waiting,
    imbalance: Math.abs(received - stored - deadLettered - duplicate - turnedAway - books.waiting),
    refusedBatches: pipeline.refusedBatches,
    failedFlushes: pipeline.failedFlushes,
    clockFaults: figures.clockFaults,
    lostLines: figures.lostLines,
    derivedLagMs: Math.max(0, Math.round(at - figures.derivedUntil)),
    ...pipeline.arrivals.counts,
    memoryMb: figures.memoryMb,
  };
}

export const deadLettersRows = (counts: ReadonlyMap<DeadReason, number>, processor: string, at: number): DeadLettersRow[] =>
  [...counts].map(([reason, letters]) => ({ at, processor, reason, letters }));
