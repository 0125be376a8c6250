import type { Session } from '@pulseboard/contract';
import { T0 } from '../test-data/readings.js';
import { OPEN_GYM_ENDS_AFTER_MS, openGym, sessionAt } from './open-gym.js';

const session = openGym('demo', 'main', T0);
const minutes = (n: number) => T0 + n * 60_000;

test('begins with the first strap', () => {
  expect(session).toEqual({
    gym: 'demo',
    room: 'main',
    session: expect.stringMatching(/^[a-z0-9][a-z0-9_-]*$/),
    kind: 'open-gym',
    state: 'running',
    startedAt: T0,
  });
  expect(openGym('demo', 'main', T0 + 1).session).not.toBe(session.session);
});

test('ends 10 minutes after the last one', () => {
  expect(OPEN_GYM_ENDS_AFTER_MS).toBe(600_000);
  expect(sessionAt(session, minutes(5), minutes(15) - 1)).toBe(session);
  const ended = sessionAt(session, minutes(5), minutes(16));
  expect(ended).toEqual({ ...session, state: 'ended', endedAt: minutes(15) });
  expect(sessionAt(ended, minutes(5), minutes(90))).toBe(ended);
});

test('a class does not end by itself', () => {
  const spin: Session = { ...session, kind: 'class' };
  expect(sessionAt(spin, minutes(5), minutes(90))).toBe(spin);
});
