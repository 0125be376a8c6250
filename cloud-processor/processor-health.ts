import type { Clock } from '@pulseboard/contract';
import type { HealthOf } from './api/health.controller.js';
import type { Boards } from './board/boards.js';
import type { Derivation } from './ingest/derivation.js';
import type { Pipeline } from './ingest/pipeline.js';
import type { Publisher } from './publish/publisher.js';

export interface HealthSources {
  version: string;
  pipeline: Pipeline;
  derivation: Derivation;
  boards: Boards;
  publisher: Pick<Publisher, 'connected'>;
  clock: Clock;
}

/** How a processor is, whenever somebody asks: the API, Prometheus and the dashboards tell this. */
export function processorHealth({ version, pipeline, derivation, boards, publisher, clock }: HealthSources): HealthOf {
  const bornAt = performance.now();
  return () => {
    const isDegraded = pipeline.isStoreAway || pipeline.isRegistryAway || !publisher.connected;
    return {
      status: isDegraded ? 'degraded' : 'ok',
      version,
      epoch: pipeline.epoch,
      now: clock(),
      uptimeS: Math.floor((performance.now() - bornAt) / 1000),
      broker: publisher.connected ? 'connected' : 'away',
      store: pipeline.isStoreAway ? 'away' : 'ok',
      ...(pipeline.storeFault === undefined ? {} : { storeFault: pipeline.storeFault }),
      derivedUntil: derivation.watermarkAt + 1000,
      readings: { ...pipeline.counts, waiting: pipeline.books.waiting },
      refusedBatches: pipeline.refusedBatches,
      failedFlushes: pipeline.failedFlushes,
      clockFaults: [...boards.all()].reduce((sum, board) => sum + board.clockFaults, 0),
      memoryMb: Math.round(process.memoryUsage.rss() / 1e6),
    };
  };
}
