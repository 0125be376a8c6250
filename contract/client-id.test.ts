import { EventEmitter } from 'node:events';
import { leaveSharedClientId } from './client-id.js';

function client() {
  let now = 0;
  const reports: string[] = [];
  const peer = Object.assign(new EventEmitter(), { options: { clientId: 'shared' }, disconnecting: false });
  const fault = leaveSharedClientId(peer, { monotonic: () => now, random: () => '0badcafe', report: (sentence) => reports.push(sentence) });
  const live = (...livesMs: number[]) => {
    for (const ms of livesMs) {
      peer.emit('connect');
      now += ms;
      peer.emit('close');
    }
  };
  return { peer, reports, fault, live };
}

test('three short connections in a row give the client an id of its own, reported once', () => {
  const { peer, reports, fault, live } = client();
  live(2999, 0);
  expect([peer.options.clientId, fault()]).toEqual(['shared', undefined]);
  live(500);
  expect(peer.options.clientId).toBe('shared-0badcafe');
  expect(reports).toEqual([expect.stringContaining('another machine may use the same id')]);
  expect(fault()).toBe(reports[0]);
  live(1, 1, 1, 1);
  expect([peer.options.clientId, reports.length]).toEqual(['shared-0badcafe', 1]);
});

test.each<[string, (each: ReturnType<typeof client>) => void]>([
  ['long connections', ({ live }) => live(3000, 3000, 3000, 3000)],
  ['short ones with a long one between', ({ live }) => live(1, 1, 3000, 1, 1)],
  [
    'attempts that never connect',
    ({ peer }) => {
      for (let i = 0; i < 5; i++) peer.emit('close');
    },
  ],
  [
    'an end of our own',
    ({ peer, live }) => {
      live(1, 1);
      peer.disconnecting = true;
      live(1);
    },
  ],
])('%s change nothing', (_what, happen) => {
  const each = client();
  happen(each);
  expect([each.peer.options.clientId, each.reports]).toEqual(['shared', []]);
});
