import fc from 'fast-check';
import { decodeAntFrame } from './ant-frame.js';
import { decodeBleBattery } from './ble-battery.js';
import { decodeBleHeartRate } from './ble-heart-rate.js';
import { decodeBleRunningSpeed } from './ble-running-speed.js';
import { DecodeError } from './decode-error.js';
import { decodeHeartRatePage } from './heart-rate-page.js';
import { decodeMibandAdvertisement, decodeMibandSteps } from './miband-advertisement.js';
import { decodePolarAdvertisement } from './polar-advertisement.js';
import { decodeSdmPage } from './sdm-page.js';

const decoders: [string, (bytes: Uint8Array) => object][] = [
  ['ANT frame', decodeAntFrame],
  ['heart-rate page', decodeHeartRatePage],
  ['heart-rate page of a legacy strap', (bytes) => decodeHeartRatePage(bytes, 'legacy')],
  ['SDM page', decodeSdmPage],
  ['2A37', decodeBleHeartRate],
  ['2A53', decodeBleRunningSpeed],
  ['2A19', decodeBleBattery],
  ['Polar advertisement', decodePolarAdvertisement],
  ['Mi Band advertisement', (bytes) => decodeMibandAdvertisement(bytes, undefined)],
  ['Mi Band steps', decodeMibandSteps],
];

/** Frames that pass the checks of sync, length and checksum, so that what is behind them is met too. */
const frames = fc.tuple(fc.constantFrom(0x4e, 0x40), fc.uint8Array({ maxLength: 30 })).map(([id, body]) => {
  const head = [0xa4, body.length, id, ...body];
  return Uint8Array.from([...head, head.reduce((xor, byte) => xor ^ byte, 0)]);
});
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ minLength: 8, maxLength: 8 }),
  frames,
  fc.uint8Array({ maxLength: 600 }),
);

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

test.each(decoders)('%s: any bytes give finite numbers or a DecodeError, and are left as they were', (_, decode) => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const before = Uint8Array.from(bytes);
      try {
        const decoded = decode(bytes);
        expect(numbersIn(decoded).filter((n) => !Number.isFinite(n))).toEqual([]);
        expect(Object.values(decoded)).not.toContain(undefined);
        expect(decode(bytes)).toEqual(decoded);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
      expect(bytes).toEqual(before);
    }),
  );
});
