import type { Broker } from '@pulseboard/broker';
import type { SettingValues } from '@pulseboard/contract';
import type { Gateway } from '@pulseboard/edge-gateway';
import { type Observed, serveMetrics } from './metrics-server.js';

type Out = (line: string) => void;
/** Ends it; nothing when the setting of its port is empty. */
type Stop = () => Promise<void>;

/** Serves the broker's metrics where a port is set for them. @throws ListenError */
export function observeBroker(settings: SettingValues, broker: Broker, version: string, out: Out): Promise<Stop> {
  const address = { host: settings.host, port: settings.brokerMetricsPort, setting: 'PULSEBOARD_BROKER_METRICS_PORT' };
  return observe('broker', address, out, async () => {
    const { createBrokerMetrics } = await import('@pulseboard/broker');
    return {
      metrics: createBrokerMetrics(version, () => broker.counts()),
      trouble: () => (broker.isListening ? undefined : 'The broker takes no connections.'),
    };
  });
}

/** Serves the gateway's metrics where a port is set for them. @throws ListenError */
export function observeGateway(settings: SettingValues, gateway: Gateway, out: Out): Promise<Stop> {
  const address = { host: settings.host, port: settings.gatewayMetricsPort, setting: 'PULSEBOARD_GATEWAY_METRICS_PORT' };
  return observe('gateway', address, out, async () => {
    const { createGatewayMetrics, gatewayTrouble } = await import('@pulseboard/edge-gateway');
    return { metrics: createGatewayMetrics(settings, () => gateway.health()), trouble: () => gatewayTrouble(gateway.health()) };
  });
}

interface Address {
  host: string;
  port: number | undefined;
  setting: string;
}

async function observe(part: string, { port, ...address }: Address, out: Out, observed: () => Promise<Observed>): Promise<Stop> {
  if (port === undefined) return async () => {};
  const server = await serveMetrics({ ...address, port }, await observed());
  out(`  ${''.padEnd(10)} metrics of the ${part}: ${server.url}`);
  return () => server.close();
}
