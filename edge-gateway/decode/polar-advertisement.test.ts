import { parseHex } from './hex.js';
import { decodePolarAdvertisement, type PolarAdvertisement } from './polar-advertisement.js';

test.each<[string, string, PolarAdvertisement]>([
  ['slow value', '3b164446', { heartRateBpm: 70, contact: true, frameCounter: 6, broadcast: true }],
  ['another', '2b0bb6ac', { heartRateBpm: 172, contact: true, frameCounter: 2, broadcast: true }],
  ['fast value where the slow one is absent', '3b1644', { heartRateBpm: 68, contact: true, frameCounter: 6, broadcast: true }],
  ['fast value where the slow one is 0', '3b164400', { heartRateBpm: 68, contact: true, frameCounter: 6, broadcast: true }],
  ['a fifth byte: the fast value', '3b16444600', { heartRateBpm: 68, contact: true, frameCounter: 6, broadcast: true }],
  ['another block behind it', '331b547203aabbcc', { heartRateBpm: 84, contact: true, frameCounter: 4, broadcast: true }],
  ['no contact, no broadcast', '00164446', { heartRateBpm: 70, contact: false, frameCounter: 0, broadcast: false }],
  ['0 bpm', '3b160000', { contact: false, frameCounter: 6, broadcast: true }],
  ['implausible', '3b1601ff', { contact: true, frameCounter: 6, broadcast: true }],
  ['after a block of another kind', '7202aabb3b164446', { heartRateBpm: 70, contact: true, frameCounter: 6, broadcast: true }],
  ['after two', '4000ff013b3b164446', { heartRateBpm: 70, contact: true, frameCounter: 6, broadcast: true }],
  ['no heart rate', '7202aabb', {}],
])('%s', (_, hex, advertisement) => {
  expect(decodePolarAdvertisement(parseHex(hex))).toEqual(advertisement);
});

test.each([
  ['nothing', ''],
  ['a heart-rate block that is cut', '3b16'],
  ['a block without its length', '72'],
  ['a block that is cut', '7205aabb'],
])('refuses %s', (_, hex) => {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  expect(() => decodePolarAdvertisement(bytes)).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'BLE_TOO_SHORT' }));
});
