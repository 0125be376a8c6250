import { T0 } from '../test-data/readings.js';
import { alertsIn } from './grafana-webhook.js';

/** As Grafana 12 sends it, with what is not read. */
const alert = (fields: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'Strap lost in class', gym: 'demo', room: 'main', member: 'ada', severity: 'warning', grafana_folder: 'Alerts' },
  annotations: { summary: 'The strap of ada is not heard any more', description: 'It slipped.' },
  startsAt: '2026-01-31T18:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: '0e8b13bb83c3ae15',
  values: { fires: 1 },
  ...fields,
});
const webhook = (...alerts: object[]) => ({ receiver: 'Pulseboard webhook', status: 'firing', orgId: 1, version: '1', alerts });

test('an alert that fires, and that it is over', () => {
  const expected = { gym: 'demo', room: 'main', at: T0, kind: 'strap-lost-in-class', member: 'ada' };
  expect(alertsIn(webhook(alert(), alert({ status: 'resolved' })), T0, 'demo')).toEqual([
    { ...expected, severity: 'warning', message: 'The strap of ada is not heard any more' },
    { ...expected, severity: 'info', message: 'Over: The strap of ada is not heard any more' },
  ]);
});

test('one of no room, without a text, with labels that are no ids', () => {
  const labels = { alertname: 'No data!', gateway: 'Gateway One', severity: 'critical' };
  expect(alertsIn(webhook(alert({ labels, annotations: undefined })), T0, 'demo')).toEqual([
    { gym: 'demo', room: 'everywhere', at: T0, kind: 'no-data', severity: 'critical', message: 'No data!' },
  ]);
  expect(alertsIn(webhook(alert({ labels: {}, annotations: {} })), T0, 'demo')[0]).toMatchObject({ kind: 'alert', severity: 'warning' });
});

test.each([undefined, 'text', {}, { alerts: [{ status: 'asleep', labels: {} }] }, { alerts: [{ status: 'firing' }] }])(
  '%j is none',
  (body) => expect(() => alertsIn(body, T0, 'demo')).toThrow(),
);
