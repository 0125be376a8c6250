import { readSettings } from '@pulseboard/contract';
import { LeftOut } from '../unify/left-out.js';
import { checkStraps, strapsFinding } from './check-straps.js';

const simulated = { PULSEBOARD_RADIO: 'simulated', PULSEBOARD_STRAPS: '4' };

test('without rules nothing is listened to', async () => {
  expect(await checkStraps(readSettings(simulated), 1e9)).toEqual([]);
});

test('a list that nobody in the room is on', async () => {
  expect(await checkStraps(readSettings({ ...simulated, PULSEBOARD_ALLOW_SENSORS: 'ant-hr-1' }), 1500)).toEqual([
    {
      verdict: 'note',
      subject: 'straps',
      says: expect.stringMatching(/^(\d+) straps heard, \1 left out by PULSEBOARD_ALLOW_SENSORS\.$/),
      mend: [expect.stringContaining('scan')],
    },
  ]);
});

test('a list that somebody is on', async () => {
  const [finding] = await checkStraps(readSettings({ ...simulated, PULSEBOARD_DENY_SENSORS: 'ant-hr-1' }), 1500);
  expect(finding).toMatchObject({ verdict: 'ok', says: expect.stringMatching(/^\d+ straps heard, 0 left out\.$/) });
});

test('nobody is heard', () => {
  expect(strapsFinding(new LeftOut())).toMatchObject({ verdict: 'note', says: expect.stringMatching(/^none is heard/) });
});
