import { ArrivalAges } from '../ingest/arrival-ages.js';
import type { LedgerRow } from '../ingest/ledger.js';
import { createProcessorMetrics, type MetricsSources } from './processor-metrics.js';

const row = (gym: string, gateway: string, counts: Partial<LedgerRow>): LedgerRow => ({
  gym,
  room: 'main',
  gateway,
  spool: 'k3v9x0q2m7ta',
  decoded: 0,
  committed: 0,
  stored: 0,
  deadLettered: 0,
  gone: 0,
  waitingHere: 0,
  dropped: {},
  open: 0,
  abandoned: 0,
  closed: false,
  ...counts,
});

const ages = new ArrivalAges();
for (const ms of [80, -300, 7_200_000]) ages.note(ms);

const sources: MetricsSources = {
  health: () => ({
    status: 'degraded',
    version: '0.1.0',
    epoch: 3,
    now: 1_769_882_400_500,
    uptimeS: 60,
    broker: 'connected',
    subscribed: true,
    registry: 'ok',
    reception: 'receiving',
    gateways: { online: 1, offline: 2, neverHeard: 0 },
    problems: [{ code: 'store-away', sentence: 'The store is full.', stopsData: true }],
    store: 'away',
    derivedUntil: 1_769_882_399_000,
    readings: { received: 100, stored: 80, deadLettered: 1, duplicate: 7, turnedAway: 10, waiting: 2 },
    refusedBatches: 4,
    failedFlushes: 5,
    clockFaults: 6,
    memoryMb: 99,
  }),
  batches: () => 40,
  arrivals: () => ages.histogram,
  ledger: () => [
    row('demo', 'gateway-1', {
      decoded: 50,
      committed: 40,
      stored: 39,
      deadLettered: 1,
      dropped: { full: 2, lost: 1 },
      open: 7,
      abandoned: 3,
    }),
    row('demo', 'gateway-1', { decoded: 10, committed: 9, stored: 9, dropped: { lost: 1 } }),
    row('annex', 'gateway-1', { decoded: 5, committed: 5, stored: 5 }),
  ],
  clockFaults: () => [{ gym: 'demo', room: 'main', clockFaults: 6 }],
  live: () => ({ pushes: 12, clients: 2 }),
};

async function lines(metrics = createProcessorMetrics(sources)): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('pulseboard_') && !line.includes('_seconds'));
}

test('health and books as Prometheus reads them: sums of a gateway over its spools, no spool by name', async () => {
  expect(await lines()).toEqual([
    'pulseboard_processor_info{version="0.1.0"} 1',
    'pulseboard_processor_epoch 3',
    'pulseboard_processor_broker_connected 1',
    'pulseboard_processor_store_available 0',
    'pulseboard_processor_problem{code="store-away",sentence="The store is full."} 1',
    'pulseboard_processor_batches_total 40',
    'pulseboard_processor_refused_batches_total 4',
    'pulseboard_processor_received_readings_total 100',
    'pulseboard_processor_settled_readings_total{outcome="stored"} 80',
    'pulseboard_processor_settled_readings_total{outcome="dead_lettered"} 1',
    'pulseboard_processor_settled_readings_total{outcome="duplicate"} 7',
    'pulseboard_processor_settled_readings_total{outcome="turned_away"} 10',
    'pulseboard_processor_waiting_readings 2',
    'pulseboard_processor_failed_flushes_total 5',
    'pulseboard_processor_clock_fault_readings_total{gym="demo",room="main"} 6',
    'pulseboard_processor_live_pushes_total 12',
    'pulseboard_processor_live_clients 2',
    'pulseboard_ledger_decoded_readings{gym="demo",gateway="gateway-1"} 60',
    'pulseboard_ledger_decoded_readings{gym="annex",gateway="gateway-1"} 5',
    'pulseboard_ledger_readings{gym="demo",gateway="gateway-1",state="stored"} 48',
    'pulseboard_ledger_readings{gym="demo",gateway="gateway-1",state="dead_lettered"} 1',
    'pulseboard_ledger_readings{gym="demo",gateway="gateway-1",state="dropped"} 4',
    'pulseboard_ledger_readings{gym="demo",gateway="gateway-1",state="open"} 7',
    'pulseboard_ledger_readings{gym="annex",gateway="gateway-1",state="stored"} 5',
    'pulseboard_ledger_readings{gym="annex",gateway="gateway-1",state="dead_lettered"} 0',
    'pulseboard_ledger_readings{gym="annex",gateway="gateway-1",state="dropped"} 0',
    'pulseboard_ledger_readings{gym="annex",gateway="gateway-1",state="open"} 0',
    'pulseboard_ledger_dropped_readings{gym="demo",gateway="gateway-1",reason="full"} 2',
    'pulseboard_ledger_dropped_readings{gym="demo",gateway="gateway-1",reason="lost"} 2',
    'pulseboard_ledger_abandoned_readings{gym="demo",gateway="gateway-1"} 3',
    'pulseboard_ledger_abandoned_readings{gym="annex",gateway="gateway-1"} 0',
  ]);
});

test('times are seconds; how late readings came and how long flushes took are histograms', async () => {
  const metrics = createProcessorMetrics(sources);
  metrics.flushTook(30);
  const text = await metrics.text();
  for (const line of [
    'pulseboard_processor_clock_timestamp_seconds 1769882400.5',
    'pulseboard_processor_derived_until_timestamp_seconds 1769882399',
    'pulseboard_processor_flush_duration_seconds_bucket{le="0.025"} 0',
    'pulseboard_processor_flush_duration_seconds_bucket{le="0.05"} 1',
    'pulseboard_processor_reading_lateness_seconds_bucket{le="0.025"} 1',
    'pulseboard_processor_reading_lateness_seconds_bucket{le="0.1"} 2',
    'pulseboard_processor_reading_lateness_seconds_bucket{le="3600"} 2',
    'pulseboard_processor_reading_lateness_seconds_bucket{le="+Inf"} 3',
    'pulseboard_processor_reading_lateness_seconds_sum 7199.78',
    'pulseboard_processor_reading_lateness_seconds_count 3',
  ])
    expect(text.split('\n')).toContain(line);
});
