import { T0 } from '../test-data/readings.js';
import { CloneAlarm } from './clone-alarm.js';
import type { FleetGateway } from './gateway-fleet.js';

const gateway = (rooms?: string[]): FleetGateway => ({
  of: { gym: 'demo', room: 'main', gateway: 'gateway-1' },
  presence: 'online',
  isHeard: true,
  isMute: false,
  ...(rooms ? { clone: { since: T0, speakers: ['a', 'b'], rooms, sentence: 'Two machines.' } } : {}),
});

test('one alert in each room when two machines are noticed, and one when they are not any more', () => {
  const alarm = new CloneAlarm();
  const place = { gym: 'demo', room: 'main', gateway: 'gateway-1', kind: 'gateway-cloned' };
  expect(alarm.look([gateway()], T0)).toEqual([]);
  expect(alarm.look([gateway(['main'])], T0 + 1)).toEqual([{ ...place, at: T0 + 1, severity: 'critical', message: 'Two machines.' }]);
  expect(alarm.look([gateway(['main'])], T0 + 2)).toEqual([]);
  expect(alarm.look([gateway(['main', 'studio'])], T0 + 3)).toMatchObject([{ ...place, room: 'studio', severity: 'critical' }]);
  expect(alarm.look([gateway()], T0 + 4)).toMatchObject([
    { ...place, severity: 'info' },
    { ...place, room: 'studio', severity: 'info' },
  ]);
  expect(alarm.look([], T0 + 5)).toEqual([]);
  expect(alarm.look([gateway(['main'])], T0 + 6)).toHaveLength(1);
});
