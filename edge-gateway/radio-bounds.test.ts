import { createParser, RadioHealth } from '@pulseboard/contract';
import { radioWithinBounds } from './radio-bounds.js';

test('a long sentence of a driver is cut at a whole character, and the health stays valid', () => {
  const health = { radio: 'ant 1-1', state: 'absent' as const, frames: 0, badFrames: 0, straps: 0, restarts: 0 };
  expect(radioWithinBounds(health)).toEqual(health);
  const cut = radioWithinBounds({ ...health, radio: '📡'.repeat(200), fault: `${'x'.repeat(499)}😀😀` });
  expect(createParser(RadioHealth, 'radio').parse(cut)).toEqual({ ...health, radio: '📡'.repeat(100), fault: `${'x'.repeat(499)}…` });
});
