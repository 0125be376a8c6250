import { readFileSync } from 'node:fs';
import type { Board } from '@pulseboard/contract';
import { answerOf, panelsOf, resolved } from '@pulseboard/grafana/check-dashboard';
import { get, health } from './harness/api.js';
import type { Child } from './harness/child.js';
import { composeFolder, mountsOf, resolvedFile } from './harness/compose-file.js';
import { root, testWhere, toolPath } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { type Ask, grafanaSource } from './harness/grafana-source.js';
import { ledger, ledgerFaults } from './harness/ledger.js';
import { Rehearsal } from './harness/rehearsal.js';
import { missingStandIn } from './harness/stand-ins.js';
import { cleanUp, START_TIMEOUT_MS } from './harness/system.js';

const compose = toolPath('TEST_DOCKER_COMPOSE');
const missing = compose ? missingStandIn : 'docker-compose';
const testRehearsal = testWhere(!missing, `a rehearsal of docker-compose.yml: ${missing} is missing`);

/** In the order in which they wait for each other. */
const SERVICES = ['postgres', 'influxdb', 'broker', 'processor', 'gateway'] as const;
const PEOPLE = 12;
let rehearsal: Rehearsal;
const children = new Map<string, Child>();
let url: string;
/** As Grafana asks, with what Grafana's service is told and has mounted. */
let ask: Ask;
let dashboards: string;
beforeAll(async () => {
  if (missing) return;
  const folder = await composeFolder();
  const file = await resolvedFile(compose!, folder);
  rehearsal = new Rehearsal(file);
  url = `http://127.0.0.1:${await rehearsal.portOf('processor', 8080)}`;
  const mounted = (target: string) =>
    mountsOf(file.services.grafana!)
      .find((mount) => mount.target === target)!
      .source.replace(folder, root);
  ask = grafanaSource(mounted('/etc/grafana/provisioning'), await rehearsal.variablesOf('grafana'));
  dashboards = mounted('/etc/grafana/dashboards');
}, START_TIMEOUT_MS);
afterAll(cleanUp);

testRehearsal.each(SERVICES)(
  '%s starts with just the variables that the compose file gives it; then its health check is content, and not before',
  async (service) => {
    expect(await rehearsal.check(service)).toMatchObject({ isHealthy: false });
    const child = await rehearsal.start(service);
    children.set(service, child);
    const ended = child.exited.then(({ code }) => {
      throw new Error(`${service} ended with ${code}:\n${[...child.stdout, ...child.stderr].join('\n')}`);
    });
    // It ends one day, when nobody asks any more.
    ended.catch(() => {});
    if (rehearsal.isOurs(service)) await Promise.race([child.line(/^Ready/), ended]);
    await Promise.race([eventually(`${service} healthy`, async () => (await rehearsal.check(service)).isHealthy), ended]);
    if (!rehearsal.isOurs(service)) return;
    expect(await rehearsal.check(service)).toEqual({ isHealthy: true, said: 'ok\n' });
    expect(child.stderr.filter((line) => !line.startsWith('{'))).toEqual([]);
  },
  START_TIMEOUT_MS,
);

testRehearsal('what the straps of the demo send is on the board and on the dashboard that Grafana opens with', async () => {
  await eventually('everybody on the board', async () => {
    const board = await get<Board>(url, '/api/v1/rooms/demo/main/board');
    return board.members.filter((row) => row.bpm !== undefined).length === PEOPLE;
  });
  const page = await fetch(`${url}/`);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script')]);

  const { GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: home } = await rehearsal.variablesOf('grafana');
  const dashboard = JSON.parse(readFileSync(home!.replace('/etc/grafana/dashboards', dashboards), 'utf8'));
  const now = panelsOf(dashboard).find(({ title }) => title === 'Now')!;
  const choice = await resolved(dashboard, { gym: 'demo', room: 'main' }, ask);
  const rows = await eventually('everybody on the dashboard', async () => {
    const range = { from: Date.now() - 300_000, to: Date.now() };
    const { frames } = await answerOf(now, dashboard, range, choice, ask);
    const bpm = frames[0]?.fields.find(({ name }) => name === 'bpm')?.values;
    return bpm?.length === PEOPLE && bpm;
  });
  expect(rows.filter((bpm) => typeof bpm !== 'number' || bpm < 25 || bpm > 240)).toEqual([]);
});

testRehearsal('to the unit: what the gateway decoded is in the store, and its health says that nothing waits', async () => {
  await eventually('some readings stored', async () => (await ledger(url)).totals.stored > 100);
  expect(await children.get('gateway')!.stop()).toEqual({ code: 0, signal: null });
  const rest = await eventually('everything committed', async () => {
    const now = await ledger(url);
    return now.thisEpoch.waiting === 0 && now.totals.open === 0 && now;
  });
  expect(ledgerFaults(rest, true)).toEqual([]);
  const [readings] = await ask('SELECT count(number) FROM reading');
  expect(readings!.values[0]![1]).toBe(rest.totals.stored);
  // The gateway was stopped, which is all that is wrong.
  const { problems, ...parts } = await health(url);
  expect(parts).toMatchObject({ store: 'ok', broker: 'connected' });
  expect(problems.map(({ code }) => code)).toEqual(['gateway-offline']);
});

testRehearsal('they end in order, and then their health checks say so', async () => {
  for (const service of ['processor', 'broker', 'influxdb', 'postgres'] as const) {
    // Its image asks PostgreSQL by this one to end at once.
    const signal = service === 'postgres' ? 'SIGINT' : 'SIGTERM';
    expect({ service, ...(await children.get(service)!.stop(signal)) }).toEqual({ service, code: 0, signal: null });
    expect(await rehearsal.check(service)).toMatchObject({ isHealthy: false });
  }
});
