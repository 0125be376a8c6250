import type { Problem } from '../health/problem.js';
import { atMostEach, liveState } from './live-state.js';

const stateWith = (problems: readonly Problem[]) =>
  liveState(
    { isHearing: () => true, isStoreAway: () => false, isRegistryAway: () => false, fleet: { inRoom: () => [] }, problems: () => problems },
    { gym: 'demo', room: 'main' },
  );
const problem = (code: string, rooms?: string[]): Problem => ({
  code,
  sentence: 'The clock is wrong.',
  stopsData: true,
  ...(rooms ? { rooms } : {}),
});

test.each([
  ['of the processor', problem('processor-clock-differs'), true],
  ['of this room', problem('all-readings-dead-lettered', ['demo/main', 'demo/cellar']), true],
  ['of another room', problem('all-readings-dead-lettered', ['demo/cellar']), false],
  ['that the gateways of the state say', problem('gateway-offline', ['demo/main']), false],
  ['that the store of the state says', problem('store-away'), false],
])('a problem %s', (_, given, isSaid) => {
  const said = { code: given.code, sentence: 'The clock is wrong.', stopsData: true };
  expect(stateWith([given]).problems).toEqual(isSaid ? [said] : undefined);
});

test('health is asked once in a second, however often a page is pushed to', () => {
  let now = 0;
  let asked = 0;
  const ask = atMostEach(
    1000,
    () => now,
    () => ++asked,
  );
  expect([ask(), ask()]).toEqual([1, 1]);
  now = 999;
  expect(ask()).toBe(1);
  now = 1000;
  expect(ask()).toBe(2);
});
