import { readWallSigns, type WallSigns, wallTrust } from './wall-trust.js';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const pi: WallSigns = { wallMs: NOW, installedAtMs: NOW - HOUR_MS, batteryMs: undefined, isPc: false, uptimeMs: 30_000 };

test.each<[name: string, signs: Partial<WallSigns>, trust: string]>([
  ['a Raspberry Pi that has just booted', {}, 'unknown'],
  ['a Raspberry Pi that has run for an hour', { uptimeMs: HOUR_MS }, 'plausible'],
  ['a PC', { isPc: true }, 'plausible'],
  ['a PC whose clock is older than the software on it', { isPc: true, wallMs: NOW - 10 * HOUR_MS }, 'unknown'],
  ['a PC in 1970', { isPc: true, wallMs: 0, installedAtMs: undefined }, 'unknown'],
  ['a PC in 2106', { isPc: true, wallMs: 4_294_967_295_000 }, 'unknown'],
  ['a Raspberry Pi 5 with a battery', { batteryMs: NOW - 2000 }, 'plausible'],
  ['a Raspberry Pi 5 without one, in 1970 until NTP sets it', { batteryMs: 30_000, uptimeMs: HOUR_MS }, 'unknown'],
  ['a PC whose battery clock says another time', { isPc: true, batteryMs: NOW + 10 * HOUR_MS }, 'unknown'],
])('%s: %s', (_, signs, trust) => expect(wallTrust({ ...pi, ...signs })).toBe(trust));

test('this machine can be asked', () => {
  const { installedAtMs, uptimeMs } = readWallSigns(Date.now());
  expect(installedAtMs).toBeLessThanOrEqual(Date.now());
  expect(uptimeMs).toBeGreaterThan(0);
});
