import type { Clock } from '@pulseboard/contract';
import type { HealthOf } from './api/health.controller.js';
import type { Boards } from './board/boards.js';
import { clockProblems } from './health/clock-problems.js';
import type { ClockWatch } from './health/clock-watch.js';
import { type Connection, connectionProblems } from './health/connection-problems.js';
import { fleetProblems } from './health/fleet-problems.js';
import type { FlowWatch } from './health/flow-watch.js';
import type { Problem, ProblemSource } from './health/problem.js';
import type { RegistryWatch } from './health/registry-watch.js';
import { storageProblems } from './health/storage-problems.js';
import type { Derivation } from './ingest/derivation.js';
import type { FleetGateway, GatewayFleet } from './ingest/gateway-fleet.js';
import type { Pipeline } from './ingest/pipeline.js';

export interface HealthSources {
  version: string;
  pipeline: Pipeline;
  derivation: Derivation;
  boards: Boards;
  connection(): Connection;
  registry: RegistryWatch;
  fleet: GatewayFleet;
  flow: FlowWatch;
  clocks: ClockWatch;
  /** Why this machine's clock may be wrong. */
  clockDoubt(): string | undefined;
  clock: Clock;
  /** Ms that never go back. */
  monotonic?: () => number;
}

/** A batch is due at least this often while somebody trains. */
const RECEIVING_MS = 10_000;

/** How a processor is, whenever somebody asks: the API, Prometheus, the dashboards and the wall tell this. */
export function processorHealth(sources: HealthSources): HealthOf {
  const { version, pipeline, derivation, boards, connection, registry, fleet, flow, clocks, clockDoubt, clock } = sources;
  const monotonic = sources.monotonic ?? (() => performance.now());
  const bornAt = performance.now();
  const isRegistryAway = () => pipeline.isRegistryAway || registry.isAway;
  /** Another kind of problem is another line here. */
  const problemSources: readonly ProblemSource[] = [
    () => connectionProblems(connection()),
    () =>
      storageProblems({
        isStoreAway: pipeline.isStoreAway,
        storeFault: pipeline.storeFault,
        isRegistryAway: isRegistryAway(),
        registryFault: registry.fault,
      }),
    () => flow.problems(monotonic()),
    () => clocks.problems(monotonic()),
    () => clockProblems(clockDoubt(), clock(), fleet.everywhere()),
    () => fleetProblems(fleet.everywhere(), clock()),
  ];
  return () => {
    const problems = withoutEcho(problemSources.flatMap((source) => source()));
    const { isConnected, isSubscribed } = connection();
    const isReceiving = flow.lastBatch !== undefined && monotonic() - flow.lastBatch.ms < RECEIVING_MS;
    return {
      status: problems.length > 0 ? 'degraded' : 'ok',
      problems,
      version,
      epoch: pipeline.epoch,
      now: clock(),
      uptimeS: Math.floor((performance.now() - bornAt) / 1000),
      broker: isConnected ? 'connected' : 'away',
      subscribed: isSubscribed,
      store: pipeline.isStoreAway ? 'away' : 'ok',
      ...(pipeline.storeFault === undefined ? {} : { storeFault: pipeline.storeFault }),
      registry: isRegistryAway() ? 'away' : 'ok',
      ...(registry.fault === undefined ? {} : { registryFault: registry.fault }),
      reception: isReceiving ? 'receiving' : receptionOf(fleet.everywhere()),
      ...(flow.lastBatch === undefined ? {} : { lastBatchAt: flow.lastBatch.at }),
      gateways: counted(fleet.everywhere()),
      derivedUntil: derivation.watermarkAt + 1000,
      readings: { ...pipeline.counts, waiting: pipeline.books.waiting },
      refusedBatches: pipeline.refusedBatches,
      failedFlushes: pipeline.failedFlushes,
      clockFaults: [...boards.all()].reduce((sum, board) => sum + board.clockFaults, 0),
      memoryMb: Math.round(process.memoryUsage.rss() / 1e6),
    };
  };
}

/** While the store or the registry is away, that nothing is taken is no news. */
function withoutEcho(problems: readonly Problem[]): Problem[] {
  const isAway = problems.some(({ code }) => code === 'store-away' || code === 'registry-away');
  return problems.filter(({ code }) => !(isAway && code === 'all-readings-deferred'));
}

/** Why no reading arrives. An empty gym is quiet; a processor that was started first has no gateway yet. */
function receptionOf(gateways: readonly FleetGateway[]): 'quiet' | 'no-gateway-online' | 'no-gateway' {
  if (gateways.length === 0) return 'no-gateway';
  return gateways.some(({ presence }) => presence === 'online') ? 'quiet' : 'no-gateway-online';
}

function counted(gateways: readonly FleetGateway[]): { online: number; offline: number; neverHeard: number } {
  const count = (presence: FleetGateway['presence']) => gateways.filter((each) => each.presence === presence).length;
  return { online: count('online'), offline: count('offline'), neverHeard: count('never-heard') };
}
