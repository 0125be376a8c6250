import { parseHex } from '../decode/hex.js';
import type { RadioEvent } from '../radio/radio-source.js';
import { createUnifier } from '../unify/unifier.js';

export const START = 1_700_000_000_000;
export const ADDRESS = 'A0:B1:C2:D3:E4:F5';
export const strap = 'ant-hr-483922';
export const pod = 'ant-sdm-483922';
export const ble = 'ble-a0b1c2d3e4f5';

type Ble = Extract<RadioEvent, { address: string }>;

/** A frame of device 483922 with channel id and, when given, RSSI. */
export function ant(afterMs: number, page: string, deviceType = 120, rssiDbm?: number): RadioEvent {
  const extension =
    rssiDbm === undefined ? [0x80, 0x52, 0x62, deviceType, 0x71] : [0xc0, 0x52, 0x62, deviceType, 0x71, 0x20, rssiDbm & 0xff, 0x80];
  const counted = [0, ...parseHex(page), ...extension];
  const head = [0xa4, counted.length, 0x4e, ...counted];
  return { kind: 'ant-frame', at: START + afterMs, bytes: Uint8Array.from([...head, head.reduce((xor, byte) => xor ^ byte, 0)]) };
}
export const sdm = (afterMs: number, page: string) => ant(afterMs, page, 124);
export const notify = (afterMs: number, characteristic: '2a37' | '2a53' | '2a19', hex: string, rssiDbm?: number): Ble => ({
  kind: 'ble-notification',
  at: START + afterMs,
  address: ADDRESS,
  characteristic,
  bytes: parseHex(hex),
  ...(rssiDbm === undefined ? {} : { rssiDbm }),
});
export const advertise = (afterMs: number, companyId: number, hex: string): Ble => ({
  kind: 'ble-advertisement',
  at: START + afterMs,
  address: ADDRESS,
  companyId,
  bytes: parseHex(hex),
});
/** A heart-rate page: head (bytes 0–3), beat time in ticks, count, bpm. */
export const hr = (head: string, ticks: number, count: number, bpm: number): string =>
  head + Buffer.from([ticks & 0xff, ticks >> 8, count, bpm]).toString('hex');

/** All readings of the events; `at` counted from the start. */
export function readingsOf(events: RadioEvent[]): object[] {
  const unifier = createUnifier();
  return events.flatMap((event) => {
    const { readings, error } = unifier.accept(event);
    expect(error).toBeUndefined();
    return readings.map((reading) => ({ ...reading, at: reading.at - START }));
  });
}
