import type { Alert } from '@pulseboard/contract';
import { T0 } from '../test-data/readings.js';
import { alertsIn, type KnownPlaces } from './grafana-webhook.js';

const rooms = ['demo/main', 'annex/hall'];
const places: KnownPlaces = {
  defaultGym: 'demo',
  isGym: (gym) => rooms.some((room) => room.startsWith(`${gym}/`)),
  isRoom: (gym, room) => rooms.includes(`${gym}/${room}`),
};

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
  expect(alertsIn(webhook(alert(), alert({ status: 'resolved' })), T0, places)).toEqual([
    { ...expected, severity: 'warning', message: 'The strap of ada is not heard any more' },
    { ...expected, severity: 'info', message: 'Over: The strap of ada is not heard any more' },
  ]);
});

test('one of no room, without a text, with labels that are no ids', () => {
  const labels = { alertname: 'No data!', gateway: 'Gateway One', severity: 'critical' };
  expect(alertsIn(webhook(alert({ labels, annotations: undefined })), T0, places)).toEqual([
    { gym: 'demo', room: 'everywhere', at: T0, kind: 'no-data', severity: 'critical', message: 'No data!' },
  ]);
  expect(alertsIn(webhook(alert({ labels: {}, annotations: {} })), T0, places)[0]).toMatchObject({ kind: 'alert', severity: 'warning' });
});

test.each([
  [{ gym: 'annex', room: 'hall' }, 'annex', 'hall'],
  [{ room: 'main' }, 'demo', 'main'],
  [{ gym: 'annex', room: 'main' }, 'annex', 'everywhere'],
  [{ gym: 'annex' }, 'annex', 'everywhere'],
  [{ gym: 'nowhere', room: 'main' }, 'demo', 'everywhere'],
  [{ gym: 'Demo!', room: 'main' }, 'demo', 'everywhere'],
])('%j is of %s/%s: only of places that there are', (labels, gym, room) => {
  expect(alertsIn(webhook(alert({ labels })), T0, places)[0]).toMatchObject({ gym, room });
});

test('a kind is as long as an id at most', () => {
  const [{ kind }] = alertsIn(webhook(alert({ labels: { alertname: `${'a'.repeat(62)} ${'b'.repeat(5000)}` } })), T0, places) as [Alert];
  expect(kind).toBe('a'.repeat(62));
});

test.each([undefined, 'text', {}, { alerts: [{ status: 'asleep', labels: {} }] }, { alerts: [{ status: 'firing' }] }])(
  '%j is none',
  (body) => expect(() => alertsIn(body, T0, places)).toThrow(),
);

test.each([
  [`${'x'.repeat(499)}😀`, `${'x'.repeat(499)}😀`],
  [`${'x'.repeat(500)}😀`, 'x'.repeat(500)],
  [`${'x'.repeat(498)}🇩🇪🇩🇪`, `${'x'.repeat(498)}🇩🇪`],
  ['half \ud83d of one', 'half \ufffd of one'],
])('a text is cut at a whole character', (summary, message) => {
  expect(alertsIn(webhook(alert({ annotations: { summary } })), T0, places)).toMatchObject([{ message }]);
});
