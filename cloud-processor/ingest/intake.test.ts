import type { ReadingBatch } from '@pulseboard/contract';
import { T0 } from '../test-data/readings.js';
import { BatchForeignError, BatchUnreadableError, demandOwner, judge, openBatch, payloadText } from './intake.js';

const from = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const HOUR_MS = 3_600_000;
const rules = { now: T0, readingsMs: 30 * 24 * HOUR_MS };
const reading = (fields: object = {}) => ({ sensor: 'ant-hr-1', at: T0, heartRateBpm: 150, ...fields });
const batch = (fields: object = {}): ReadingBatch =>
  ({
    v: 1,
    gateway: 'gateway-1',
    spool: 'spoolaaa',
    first: 7,
    oldest: 1,
    boot: 'boot',
    sentAt: T0,
    clock: 'synced',
    readings: [reading()],
    ...fields,
  }) as ReadingBatch;

test('opens a batch without judging its readings', () => {
  const bad = batch({ readings: [reading(), { nonsense: true }, null] });
  expect(openBatch(from, bad)).toEqual(bad);
});

test.each<[string, unknown, RegExp]>([
  ['no object', 'hello', /batch/],
  ['nothing', undefined, /batch/],
  ['another version', batch({ v: 2 }), /\/v/],
  ['no readings', batch({ readings: [] }), /readings/],
  ['the number 0', batch({ first: 0 }), /first/],
  ['a number that cannot be counted on from', batch({ first: Number.MAX_SAFE_INTEGER }), /first/],
  ['a number that no store can hold', batch({ first: 1e300 }), /first/],
  ['a field that nobody knows', batch({ data: 1 }), /data/],
])('cannot be read: %s', (_, payload, reason) => {
  expect(() => openBatch(from, payload)).toThrow(BatchUnreadableError);
  expect(() => openBatch(from, payload)).toThrow(reason);
});

test("can be read, and is another's: a batch on another gateway's topic", () => {
  expect(() => openBatch({ ...from, gateway: 'gateway-2' }, batch())).toThrow(BatchForeignError);
  expect(() => openBatch({ ...from, gateway: 'gateway-2' }, batch())).toThrow(/"gateway-1" spoke on the topic of "gateway-2"/);
});

test('a spool belongs to one gateway of one gym, in whatever room', () => {
  for (const owner of [undefined, from, { ...from, room: 'studio' }]) expect(() => demandOwner('spoolaaa', from, owner)).not.toThrow();
  for (const owner of [
    { ...from, gateway: 'gateway-2' },
    { ...from, gym: 'other' },
  ])
    expect(() => demandOwner('spoolaaa', from, owner)).toThrow(BatchForeignError);
});

test.each<[string, object]>([
  ['a heart rate', reading()],
  ['steps', { sensor: 'ant-sdm-1', at: T0, steps: 3 }],
  ['a time a day ahead: a fault of a clock, but a time', reading({ at: T0 + 24 * HOUR_MS })],
  ['the oldest that the store keeps', reading({ at: T0 - 30 * 24 * HOUR_MS })],
])('stores %s', (_, candidate) => expect(judge(candidate, rules)).toEqual({ reading: candidate }));

test.each<[string, unknown, string, RegExp]>([
  ['an implausible heart rate', reading({ heartRateBpm: 241 }), 'implausible', /heartRateBpm/],
  ['a field nobody knows', reading({ name: 'Ada' }), 'implausible', /name/],
  ['no sensor', { at: T0 }, 'implausible', /sensor/],
  ['no time', { sensor: 'ant-hr-1' }, 'implausible', /at/],
  ['a time in words', reading({ at: 'now' }), 'implausible', /at/],
  ['half a millisecond', reading({ at: T0 + 0.5 }), 'implausible', /at/],
  ['a text', 'reading', 'implausible', /object/],
  ['null', null, 'implausible', /object/],
  ['a time before there were gateways', reading({ at: 0 }), 'too-old', /before what the store keeps/],
  ['a time that the store keeps no more', reading({ at: T0 - 30 * 24 * HOUR_MS - 1 }), 'too-old', /before what the store keeps/],
  ['a time more than a day ahead', reading({ at: T0 + 24 * HOUR_MS + 1 }), 'ahead', /more than a day ahead/],
  ['a time beyond all times', reading({ at: 1e300 }), 'ahead', /more than a day ahead/],
])('sets aside %s', (_, candidate, reason, detail) => {
  expect(judge(candidate, rules)).toEqual({ reason, detail: expect.stringMatching(detail) });
});

test.each<[string, unknown, string]>([
  ['a reading', { at: 1 }, '{"at":1}'],
  ['nothing', null, 'null'],
  ['what no text can be made of', JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), '"nested too deeply"'],
])('the payload of a dead letter is JSON: %s', (_, candidate, text) => {
  expect(judge(candidate, rules)).toHaveProperty('reason');
  expect(payloadText(candidate)).toBe(text);
});
