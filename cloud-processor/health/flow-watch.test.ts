import { T0 } from '../test-data/readings.js';
import { type Fate, FlowWatch } from './flow-watch.js';

const gateway = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const other = { gym: 'demo', room: 'main', gateway: 'gateway-2' };
const codes = (flow: FlowWatch, ms: number) => flow.problems(ms).map(({ code }) => code);
/** What happens each second. */
const run = (flow: FlowWatch, fates: readonly Fate[], fromS: number, toS: number, of = gateway) => {
  for (let s = fromS; s <= toS; s++) for (const fate of fates) flow.note(of, fate, s * 1000, T0);
};

test.each<[Fate, string]>([
  ['refused', 'all-batches-refused'],
  ['duplicate', 'all-readings-duplicate'],
  ['deadLettered', 'all-readings-dead-lettered'],
  ['deferred', 'all-readings-deferred'],
])('nothing but %s for 10 s is a problem, that names the gateway, until something is taken or nothing comes any more', (fate, code) => {
  const flow = new FlowWatch();
  run(flow, [fate], 0, 9);
  expect(codes(flow, 9000)).toEqual([]);
  run(flow, [fate], 10, 10);
  const sentence = expect.stringContaining('gateway "gateway-1" (demo/main)');
  expect(flow.problems(10_000)).toEqual([{ code, sentence, stopsData: true, rooms: ['demo/main'] }]);
  expect(codes(flow, 24_999)).toEqual([code]);
  expect(codes(flow, 25_000)).toEqual([]);
  run(flow, [fate], 11, 30);
  flow.note(gateway, 'taken', 30_001, T0);
  expect(codes(flow, 30_001)).toEqual([]);
});

test('readings are deferred for the store, the registry or the clock: the sentence blames none of them alone', () => {
  const flow = new FlowWatch();
  run(flow, ['deferred'], 0, 10);
  const [problem] = flow.problems(10_000);
  for (const cause of ['store', 'registry', "processor's clock"]) expect(problem?.sentence).toContain(cause);
});

test('one gateway of two is enough', () => {
  const flow = new FlowWatch();
  run(flow, ['taken'], 0, 20, other);
  run(flow, ['duplicate'], 0, 20);
  expect(flow.problems(20_000)).toMatchObject([{ code: 'all-readings-duplicate', sentence: expect.not.stringContaining('gateway-2') }]);
});

test('a resend now and then among what is taken is none, nor one that came after a pause', () => {
  const flow = new FlowWatch();
  run(flow, ['duplicate', 'deadLettered', 'taken'], 0, 60);
  expect(codes(flow, 60_000)).toEqual([]);
  flow.note(gateway, 'duplicate', 61_000, T0);
  flow.note(gateway, 'duplicate', 90_000, T0);
  expect(codes(flow, 90_000)).toEqual([]);
});

test('it knows when the last batch came', () => {
  const flow = new FlowWatch();
  expect(flow.lastBatch).toBeUndefined();
  flow.note(gateway, 'refused', 7, T0 + 1);
  expect(flow.lastBatch).toEqual({ ms: 7, at: T0 + 1 });
});

test('gateways without an end take no memory without an end', () => {
  const flow = new FlowWatch();
  for (let s = 0; s <= 10; s += 10) for (let i = 0; i < 1500; i++) flow.note({ ...gateway, gateway: `g-${i}` }, 'duplicate', s * 1000, T0);
  expect(flow.problems(10_000)[0]?.sentence ?? '').not.toContain('g-1499');
});
