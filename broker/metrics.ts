import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { BrokerCounts } from './broker.js';

/** What Prometheus reads. */
export interface BrokerMetrics {
  readonly contentType: string;
  text(): Promise<string>;
}

type Samples = (counts: BrokerCounts) => readonly (readonly [Record<string, string>, number])[];

/** The broker's counts in Prometheus' text format; they are read when they are asked for. */
export function createBrokerMetrics(version: string, countsOf: () => BrokerCounts): BrokerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: 'pulseboard_broker_info', help: 'Version of the broker.', labelNames: ['version'], registers }).set({ version }, 1);
  new Gauge({
    name: 'pulseboard_broker_clients',
    help: 'MQTT clients that are connected.',
    registers,
    collect() {
      this.set(countsOf().clients);
    },
  });
  const counter = (name: string, help: string, samples: Samples, labelNames: string[] = []) =>
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [labels, value] of samples(countsOf())) this.inc(labels, value);
      },
    });
  counter(
    'pulseboard_broker_connections_total',
    'Connections of clients, whether they said who they are or not.',
    ({ connections }) => Object.entries(connections).map(([transport, count]) => [{ transport }, count]),
    ['transport'],
  );
  counter('pulseboard_broker_received_messages_total', 'Messages that clients published.', ({ messages }) => [[{}, messages]]);
  counter('pulseboard_broker_received_payload_bytes_total', 'Payload of the messages that clients published.', ({ payloadBytes }) => [
    [{}, payloadBytes],
  ]);
  counter('pulseboard_broker_refused_subscriptions_total', 'Subscriptions that were refused.', ({ refusedSubscriptions }) => [
    [{}, refusedSubscriptions],
  ]);
  counter('pulseboard_broker_stalled_subscribers_total', 'Subscribers that were disconnected because they did not read.', (counts) => [
    [{}, counts.stalledSubscribers],
  ]);
  counter(
    'pulseboard_broker_client_errors_total',
    'Clients that were disconnected for a protocol error, a missing keep-alive or because they did not read.',
    ({ clientErrors }) => [[{}, clientErrors]],
  );
  return { contentType: registry.contentType, text: () => registry.metrics() };
}
