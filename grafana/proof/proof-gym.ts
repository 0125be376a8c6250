import type { Series } from '@pulseboard/cloud-processor/influx-server';
import { type Alert, demoClass } from '@pulseboard/contract';
import { InfluxDatabases } from './influx-databases.js';
import { ProofProcessor } from './proof-processor.js';
import { recordedHearts } from './recorded-hearts.js';
import { arrivalsOf, simulatedGateways } from './simulated-gym.js';

const MINUTE_MS = 60_000;
/** 2026-01-31T18:00:00Z. */
const TODAY = 1_769_882_400_000;
const YESTERDAY = TODAY - 86_400_000;
/** Bruno's HRmax is written down too low: he is the outlier. */
const BRUNOS_HR_MAX_BPM = 130;
const DATABASE = 'pulseboard';

/** Two classes, a day apart, that went through the real pipeline into InfluxDB, and into a DuckDB beside it. */
export interface ProofGym {
  /** @throws Error with what InfluxDB says of a statement that it does not take */
  ask(statement: string): Promise<Series[]>;
  processor: ProofProcessor;
  /** UTC ms. */
  yesterday: { from: number; to: number };
  today: { from: number; to: number };
  close(): Promise<void>;
}

const inMain = { gym: 'demo', room: 'main' };
const alertsAt = (at: number): Alert[] => [
  {
    ...inMain,
    at,
    kind: 'heart-rate-above-the-limit',
    severity: 'critical',
    member: 'bruno',
    message: 'bruno has been above 100 % of HRmax for 30 s',
  },
  { ...inMain, at, kind: 'spool-growing', severity: 'warning', gateway: 'gateway-1', message: 'gateway-1 cannot send what it decodes' },
  {
    ...inMain,
    at: at + MINUTE_MS,
    kind: 'spool-growing',
    severity: 'info',
    gateway: 'gateway-1',
    message: 'Over: gateway-1 cannot send what it decodes',
  },
];

/** @param minutes of today's class */
export async function openProofGym(minutes: number): Promise<ProofGym> {
  const influx = await InfluxDatabases.start();
  await influx.create(DATABASE);
  const people = demoClass(14);
  const members = people.map((person) => (person.member === 'bruno' ? { ...person, ownHrMaxBpm: BRUNOS_HR_MAX_BPM } : person));
  const processor = await ProofProcessor.open({ begin: YESTERDAY, people: members, influx: { url: influx.url, database: DATABASE } });
  const lastsMs = minutes * MINUTE_MS;
  const gateways = simulatedGateways(people, await recordedHearts(people, lastsMs));
  await processor.take(arrivalsOf(gateways, YESTERDAY, 2 * MINUTE_MS, 'yesterday'));
  await processor.waitUntil(YESTERDAY + 30 * MINUTE_MS);
  await processor.take(arrivalsOf(gateways, TODAY, lastsMs, 'today'));
  await processor.hearAlerts(alertsAt(TODAY + 2 * MINUTE_MS));
  return {
    ask: (statement) => influx.query(DATABASE, statement),
    processor,
    yesterday: { from: YESTERDAY, to: YESTERDAY + 2 * MINUTE_MS },
    today: { from: TODAY, to: TODAY + lastsMs },
    async close() {
      await processor.close();
      await influx.stop();
    },
  };
}
