import { type ProcessorStatus, topics } from '@pulseboard/contract';
import { health } from './harness/api.js';
import { dataFolder } from './harness/data-folder.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { openGateway } from './harness/gateway-under-test.js';
import { json, Listener } from './harness/mqtt.js';
import { SubscribeHold } from './harness/subscribe-hold.js';
import { cleanUp, startChild } from './harness/system.js';

afterAll(cleanUp);

test('a processor says that it is there only once readings reach it; then gateways send again what nobody heard', async () => {
  const port = await freePort();
  await startChild(['broker'], { PULSEBOARD_MQTT_PORT: String(port) }).line(/^Ready/);
  const brokerUrl = `mqtt://127.0.0.1:${port}`;
  const hold = await SubscribeHold.open(port);
  const listener = await Listener.open(brokerUrl, [topics.processorStatus.filter]);
  const said = () => listener.heard.map((heard) => json<ProcessorStatus>(heard).status);
  const gateway = await openGateway({ brokerUrl, gateway: 'gateway-1', straps: 4, mutateFrame: (event) => event });
  try {
    const processor = startChild(['processor'], { PULSEBOARD_BROKER_URL: hold.url, PULSEBOARD_DATA_DIR: await dataFolder() });
    const [, url] = await processor.line(/^ {2}board +(http:\S+)\/$/);
    // It publishes on a connection of its own: that one is there, and says all that it says every few seconds.
    const since = await eventually('a connection that may only publish', async () => {
      const { broker, uptimeS } = await health(url!);
      return hold.held > 0 && broker === 'connected' && uptimeS + 1;
    });
    await eventually('time enough to say it', async () => (await health(url!)).uptimeS > since + 4);
    expect(said()).toEqual([]);
    expect(await health(url!)).toMatchObject({
      status: 'degraded',
      subscribed: false,
      problems: [{ code: 'not-subscribed', stopsData: true }],
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    expect((await health(url!)).readings.received).toBe(0);
    expect(gateway.health().spools[0]).toMatchObject({ committed: 0 });

    hold.letGo();
    await eventually('its word', () => said().includes('online'));
    const { decoded } = gateway.health().spools[0]!;
    await eventually('all that was sent to nobody committed', () => gateway.health().spools[0]!.committed >= decoded);
    expect(await processor.stop()).toEqual({ code: 0, signal: null });
  } finally {
    await gateway.close();
    await listener.close();
    await hold.close();
  }
});
