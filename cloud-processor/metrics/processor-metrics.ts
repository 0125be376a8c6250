import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HealthOf } from '../api/health.controller.js';
import type { AgeHistogram } from '../ingest/arrival-ages.js';
import { type LedgerRow, ledgerTotals, rowsByGateway } from '../ingest/ledger.js';
import { AgeHistogramMetric } from './age-histogram.js';

/** Where figures are read from when somebody asks for them: nothing is counted twice. */
export interface MetricsSources {
  health: HealthOf;
  /** Batches that came, whatever became of them. */
  batches(): number;
  /** How old readings were when they came. */
  arrivals(): AgeHistogram;
  ledger(): readonly LedgerRow[];
  /** Readings kept off the board of a room because they were ahead of their arrival. */
  clockFaults(): Iterable<{ gym: string; room: string; clockFaults: number }>;
  live(): { pushes: number; clients: number };
}

/** What Prometheus reads, and what is known only in the moment when it happens. */
export interface ProcessorMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  flushTook(ms: number): void;
}

/** A flush that takes longer than its 250 ms is behind; one of 5 s is a store in trouble. */
const FLUSH_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Labels = Record<string, string>;
type Sample = readonly [Labels, number];

/** The processor in Prometheus' text format. Gyms and gateways are labels, rooms too; members, straps and spools are not: their number has no bound. */
export function createProcessorMetrics(sources: MetricsSources): ProcessorMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // One look for all of them, so that they are of one moment.
  let now: Snapshot;
  const family = (
    Kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (now: Snapshot) => readonly Sample[],
  ) =>
    new Kind({
      name: `pulseboard_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [labels, value] of read(now)) this.inc(labels, value);
      },
    });
  const one = (Kind: typeof Gauge | typeof Counter, name: string, help: string, read: (now: Snapshot) => number) =>
    family(Kind, `processor_${name}`, help, [], (n) => [[{}, read(n)]]);

  family(Gauge, 'processor_info', 'Version of the processor.', ['version'], ({ health }) => [[{ version: health.version }, 1]]);
  one(Gauge, 'epoch', 'Changes when the processor or its store begins anew.', ({ health }) => health.epoch);
  one(Gauge, 'broker_connected', '1 while the broker is there.', ({ health }) => Number(health.broker === 'connected'));
  one(Gauge, 'store_available', '1 while the store takes what is written.', ({ health }) => Number(health.store === 'ok'));
  family(
    Gauge,
    'processor_problem',
    'What is wrong and what to do, while it is; 1 where it stops data.',
    ['code', 'sentence'],
    ({ health }) => health.problems.map(({ code, sentence, stopsData }) => [{ code, sentence }, Number(stopsData)]),
  );
  one(Gauge, 'clock_timestamp_seconds', "The processor's clock; virtual in a replay.", ({ health }) => health.now / 1000);
  one(Gauge, 'derived_until_timestamp_seconds', 'End of the last derived second.', ({ health }) => health.derivedUntil / 1000);

  one(Counter, 'batches_total', 'Batches that came.', ({ batches }) => batches);
  one(
    Counter,
    'refused_batches_total',
    "Batches that could not be read, or were not their sender's to send.",
    (n) => n.health.refusedBatches,
  );
  one(Counter, 'received_readings_total', 'Readings that came.', ({ health }) => health.readings.received);
  family(Counter, 'processor_settled_readings_total', 'What became of the readings that came.', ['outcome'], ({ health: { readings } }) => [
    [{ outcome: 'stored' }, readings.stored],
    [{ outcome: 'dead_lettered' }, readings.deadLettered],
    [{ outcome: 'duplicate' }, readings.duplicate],
    [{ outcome: 'turned_away' }, readings.turnedAway],
  ]);
  one(Gauge, 'waiting_readings', 'Readings that came and are on the way to the store.', ({ health }) => health.readings.waiting);
  one(Counter, 'failed_flushes_total', 'Flushes that the store did not take.', ({ health }) => health.failedFlushes);
  family(
    Counter,
    'processor_clock_fault_readings_total',
    'Readings kept off the board because they were ahead of their arrival.',
    ['gym', 'room'],
    (n) => n.clockFaults.map(({ gym, room, clockFaults }) => [{ gym, room }, clockFaults]),
  );
  one(Counter, 'live_pushes_total', 'Pictures pushed to rooms whose pages somebody looks at.', ({ live }) => live.pushes);
  one(Gauge, 'live_clients', 'Pages that listen.', ({ live }) => live.clients);

  // The ledger is a balance: a power cut can take from what was decoded, and what was dropped may have been stored after all. So these are no counters.
  const ledger = (name: string, help: string, labelNames: readonly string[], read: (sum: GatewaySum) => readonly Sample[]) =>
    family(Gauge, `ledger_${name}`, help, ['gym', 'gateway', ...labelNames], (n) =>
      n.ledger.flatMap((sum) => read(sum).map(([labels, value]) => [{ gym: sum.gym, gateway: sum.gateway, ...labels }, value] as const)),
    );
  ledger('decoded_readings', 'Readings that the gateway made, as far as anybody knows.', [], (sum) => [[{}, sum.decoded]]);
  ledger('readings', 'Where the decoded readings are; the states add up to them.', ['state'], (sum) => [
    [{ state: 'stored' }, sum.stored],
    [{ state: 'dead_lettered' }, sum.deadLettered],
    [{ state: 'dropped' }, Object.values(sum.dropped).reduce((total, count) => total + count, 0)],
    [{ state: 'open' }, sum.open],
  ]);
  ledger('dropped_readings', 'Readings that the gateway gave up.', ['reason'], (sum) =>
    Object.entries(sum.dropped).map(([reason, count]) => [{ reason }, count]),
  );
  ledger('abandoned_readings', 'Open ones that nobody seems to hold any more.', [], (sum) => [[{}, sum.abandoned]]);

  const flushes = new Histogram({
    name: 'pulseboard_processor_flush_duration_seconds',
    help: 'How long it took to derive and store what a flush took.',
    buckets: FLUSH_BUCKETS_S,
    registers,
  });
  new AgeHistogramMetric({
    name: 'pulseboard_processor_reading_lateness_seconds',
    help: 'How long after it was heard a reading was taken; below 0 when its gateway is ahead.',
    registry,
    read: () => now.arrivals,
  });
  return {
    contentType: registry.contentType,
    async text() {
      now = snapshot(sources);
      return registry.metrics();
    },
    flushTook: (ms) => flushes.observe(ms / 1000),
  };
}

type GatewaySum = ReturnType<typeof ledgerTotals> & { gym: string; gateway: string };
type Snapshot = ReturnType<typeof snapshot>;

const snapshot = ({ health, batches, arrivals, ledger, clockFaults, live }: MetricsSources) => ({
  health: health(),
  batches: batches(),
  arrivals: arrivals(),
  ledger: byGateway(ledger()),
  clockFaults: [...clockFaults()],
  live: live(),
});

const byGateway = (rows: readonly LedgerRow[]): GatewaySum[] =>
  [...rowsByGateway(rows).values()].map((of) => ({ gym: of[0]!.gym, gateway: of[0]!.gateway, ...ledgerTotals(of) }));
