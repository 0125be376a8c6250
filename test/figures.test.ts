import { join } from 'node:path';
import { describeOnInflux, InfluxServer } from '@pulseboard/cloud-processor/influx-server';
import { health } from './harness/api.js';
import { tempFolder } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { cleanUp, START_TIMEOUT_MS, type System, startSystem } from './harness/system.js';

const DATABASE = 'pulseboard';
/** Everything that a dashboard reads; dead letters and alerts follow from what the test does. */
const MEASUREMENTS = ['gateway_health', 'member_second', 'pipeline_health', 'radio_health', 'session', 'session_member', 'strap_health'];

afterAll(cleanUp);

describeOnInflux('what Grafana reads of a system whose store is InfluxDB', () => {
  let influx: InfluxServer;
  let system: System;
  beforeAll(async () => {
    influx = await InfluxServer.start(join(tempFolder(), 'influx'));
    system = await startSystem({ PULSEBOARD_INFLUX_URL: influx.url, PULSEBOARD_STRAPS: '4' });
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await system?.child.stop();
    await influx?.kill();
  });

  const measurements = async () => (await influx.ask(DATABASE, 'SHOW MEASUREMENTS')).map(({ name }) => String(name));

  test('InfluxDB is killed and comes again: every measurement is written by the processor that went on, and no flush is lost', async () => {
    await eventually('seconds stored', async () => (await measurements()).includes('member_second'), 30_000);
    await influx.kill();
    await eventually('the store away', async () => (await health(system.url)).store === 'away', 30_000);
    await influx.start(influx.port);
    await eventually('the store back', async () => (await health(system.url)).store === 'ok', 30_000);
    const restartedAt = Date.now();
    await eventually(
      'all measurements',
      async () => (await measurements()).filter((name) => MEASUREMENTS.includes(name)).length === MEASUREMENTS.length,
      60_000,
    );
    const newest = await eventually(
      'figures after it',
      async () => (await influx.ask(DATABASE, `SELECT last(*) FROM pipeline_health WHERE time > ${restartedAt}ms`))[0],
      30_000,
    );
    expect(newest).toMatchObject({ last_imbalance: 0, last_store: 1 });
    const { readings } = await health(system.url);
    expect(readings.deadLettered).toBe(0);
  });

  test('an alert that Grafana tells stands there, too', async () => {
    const response = await fetch(`${system.url}/api/v1/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        alerts: [{ status: 'firing', labels: { alertname: 'Spool growing', gateway: 'gateway-1', severity: 'warning' } }],
      }),
    });
    expect({ status: response.status, body: await response.text() }).toEqual({ status: 204, body: '' });
    const alert = await eventually('the alert', async () => (await influx.ask(DATABASE, 'SELECT * FROM alert'))[0]);
    expect(alert).toMatchObject({ gym: 'demo', room: 'everywhere', kind: 'spool-growing', gateway: 'gateway-1', severity: 'warning' });
  });
});
