import type { StrapLink } from '../registry/registry.js';
import { T0 } from '../test-data/readings.js';
import { UnsettledLinks } from './unsettled-links.js';

const HOUR_MS = 3_600_000;
const link = (fields: Partial<StrapLink> = {}): StrapLink => ({
  sensor: 'ble-1',
  twin: 'ant-hr-1',
  state: 'found',
  from: T0,
  settled: false,
  ...fields,
});
const KEPT_FROM = T0 - 1000 * HOUR_MS;

let unsettled: UnsettledLinks;
beforeEach(() => {
  unsettled = new UnsettledLinks();
});
/** Spans of all sensors, hours after T0. */
const hoursOf = (watermarkAt: number, keptFrom = KEPT_FROM) => {
  const taken = unsettled.take(watermarkAt, keptFrom);
  return taken?.regrouped.map(({ sensor, from, to }) => [sensor, (from - T0) / HOUR_MS, (to - T0) / HOUR_MS]);
};
const step = (watermarkAt: number) => unsettled.take(watermarkAt, KEPT_FROM)?.done();

test('both sensors of a link are derived anew, from its begin to where derivation has come', () => {
  unsettled.know('demo', [link(), link({ sensor: 'ble-2', settled: true })]);
  expect(unsettled.take(T0 + 2 * HOUR_MS, KEPT_FROM)?.regrouped).toEqual([
    { gym: 'demo', sensor: 'ble-1', from: T0, to: T0 + 2 * HOUR_MS },
    { gym: 'demo', sensor: 'ant-hr-1', from: T0, to: T0 + 2 * HOUR_MS },
  ]);
});

test('again and again until it is done, then once only', () => {
  unsettled.know('demo', [link()]);
  expect(unsettled.take(T0 + 1000, KEPT_FROM)).toBeDefined();
  expect(unsettled.derived()).toEqual([]);
  step(T0 + 2000);
  expect(unsettled.derived()).toMatchObject([{ gym: 'demo', link: link() }]);
  expect(unsettled.take(T0 + 3000, KEPT_FROM)).toBeUndefined();
  unsettled.know('demo', [link({ settled: true })]);
  expect(unsettled.derived()).toEqual([]);
});

test('a link that changes begins anew, and what was derived for the former one settles nothing', () => {
  unsettled.know('demo', [link()]);
  unsettled.know('other', [link()]);
  step(T0 + 2000);
  const [found] = unsettled.derived();
  unsettled.know('demo', [link({ state: 'overruled' })]);
  expect(unsettled.isCurrent(found!)).toBe(false);
  expect(unsettled.derived()).toMatchObject([{ gym: 'other' }]);
  expect(unsettled.take(T0 + 3000, KEPT_FROM)?.regrouped).toHaveLength(2);
  // Said again in the same words: it is another word all the same.
  unsettled.know('demo', [link()]);
  expect(unsettled.isCurrent(found!)).toBe(false);
});

test('what lies far back goes in steps, each a flush, the last one to where derivation has come by then', () => {
  unsettled.know('demo', [link()]);
  const spans: unknown[] = [];
  for (let hours = 30; unsettled.derived().length === 0; hours++) {
    spans.push(hoursOf(T0 + hours * HOUR_MS)![0]);
    step(T0 + hours * HOUR_MS);
  }
  const second = 1000 / HOUR_MS;
  expect(spans).toEqual([
    ['ble-1', 0, 13],
    ['ble-1', 13 + second, 26 + second],
    ['ble-1', 26 + 2 * second, 32],
  ]);
});

test('a class whose straps are all found at once is derived in one flush', () => {
  unsettled.know(
    'demo',
    Array.from({ length: 20 }, (_, i) => link({ sensor: `ble-${i}`, twin: `ant-hr-${i}` })),
  );
  expect(hoursOf(T0 + HOUR_MS / 2)).toHaveLength(40);
  expect(hoursOf(T0 + 6 * HOUR_MS)).toHaveLength(6);
});

test('what the store has let go of stays as it is', () => {
  unsettled.know('demo', [link()]);
  expect(hoursOf(T0 + 20 * HOUR_MS, T0 + 15 * HOUR_MS)![0]).toEqual(['ble-1', 15, 20]);
  expect(unsettled.take(T0 + 20 * HOUR_MS, T0 + 30 * HOUR_MS)?.regrouped[0]).toMatchObject({ to: T0 + 20 * HOUR_MS });
});

test('a link that begins after all that is derived needs nothing', () => {
  unsettled.know('demo', [link({ from: T0 + HOUR_MS })]);
  step(T0);
  expect(unsettled.derived()).toHaveLength(1);
});
