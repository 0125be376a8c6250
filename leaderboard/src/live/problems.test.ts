import type { LiveGateway, LiveState } from '@pulseboard/contract';
import { clockTime, type Problem, situationOf } from './problems.js';

const NOW = Date.UTC(2026, 2, 14, 18, 40);
const gateway = (changes: Partial<LiveGateway> = {}): LiveGateway => ({
  gateway: 'gw-1',
  state: 'online',
  hasRadio: true,
  isCloned: false,
  ...changes,
});
const well: LiveState = { broker: 'connected', store: 'ok', registry: 'ok', gateways: [gateway()] };
const offline = gateway({ gateway: 'gw-2', state: 'offline', offlineSince: NOW - 300_000 });

const clock = (stopsData: boolean) => ({
  code: stopsData ? 'processor-clock-differs' : 'gateway-clock',
  sentence: "The processor's clock is 3.0 s behind.",
  stopsData,
});

const CASES: readonly [string, Partial<LiveState>, boolean, Problem['kind'][], RegExp?][] = [
  ['all is well', {}, true, []],
  ['the broker is away', { broker: 'away' }, false, ['broker'], /technician/],
  ['the broker is away, and what is known of gateways is old', { broker: 'away', gateways: [offline] }, false, ['broker']],
  ['no gateway has ever reported for the room', { gateways: [] }, false, ['no-gateway'], /demo\/main/],
  ['the only gateway is offline', { gateways: [offline] }, false, ['offline'], /power/],
  ['one of two gateways is offline', { gateways: [gateway(), offline] }, true, ['offline']],
  ['a gateway has never reported', { gateways: [gateway({ state: 'never-heard' })] }, false, ['never-heard']],
  ['a gateway has no radio', { gateways: [gateway({ hasRadio: false })] }, false, ['no-radio'], /ANT\+ stick/],
  ['it is not known yet whether a gateway has a radio', { gateways: [{ gateway: 'gw-1', state: 'online', isCloned: false }] }, true, []],
  ['an offline gateway had no radio', { gateways: [{ ...offline, hasRadio: false }] }, false, ['offline']],
  ['two machines speak with one id', { gateways: [gateway({ isCloned: true })] }, true, ['cloned'], /copied card/],
  ['the store is away', { store: 'away' }, true, ['store'], /database/],
  ['the registry is away', { registry: 'away' }, true, ['registry'], /Names/],
  ['the clock of the server is wrong', { problems: [clock(true)] }, false, ['other'], /technician: The processor's clock/],
  ['the clock of a gateway is doubted', { problems: [clock(false)] }, true, ['other']],
  ['everything is away', { broker: 'away', store: 'away', registry: 'away', gateways: [] }, false, ['broker', 'store', 'registry']],
];

for (const [name, changes, isReceiving, kinds, advice] of CASES)
  test(name, () => {
    const situation = situationOf({ ...well, ...changes }, NOW, 'demo/main');
    expect(situation.isReceiving).toBe(isReceiving);
    expect(situation.problems.map(({ kind }) => kind)).toEqual(kinds);
    if (advice) expect(situation.problems[0]!.advice).toMatch(advice);
  });

test('a gateway that is offline says since when', () => {
  const { problems } = situationOf({ ...well, gateways: [offline] }, NOW, 'demo/main');
  expect(problems[0]!.title).toBe(`Gateway gw-2 is offline since ${clockTime(NOW - 300_000, NOW)}`);
});

test.each([
  [NOW - 300_000, '18:35'],
  [NOW - 19 * 3_600_000, '23:40'],
  [NOW - 30 * 3_600_000, '13 Mar, 12:40'],
])('%d is %s on the clock of the room', (at, text) => {
  expect(clockTime(at, NOW, 'UTC')).toBe(text);
});

test('a server that says nothing about its parts is believed', () => {
  expect(situationOf(undefined, NOW, 'demo/main')).toEqual({ isReceiving: true, problems: [] });
});

test.each([
  ['processor-clock-differs', 'The clock of the server is wrong'],
  ['gateway-clock', 'The clock of a gateway is wrong'],
  ['all-batches-refused', 'Readings arrive but cannot be used'],
  ['a-code-of-a-newer-server', 'Readings arrive but cannot be used'],
])('%s is called "%s"', (code, title) => {
  const { problems } = situationOf({ ...well, problems: [{ code, sentence: 'S.', stopsData: false }] }, NOW, 'demo/main');
  expect(problems[0]!.title).toBe(title);
});
