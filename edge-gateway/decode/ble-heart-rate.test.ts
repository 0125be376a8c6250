import { type BleHeartRate, decodeBleHeartRate } from './ble-heart-rate.js';
import { parseHex } from './hex.js';

const ms = (ticks: number) => (ticks * 1000) / 1024;

test.each<[string, string, BleHeartRate]>([
  ['8-bit', '003c', { heartRateBpm: 60 }],
  ['16-bit', '013c00', { heartRateBpm: 60 }],
  ['16-bit, implausible', '01808000', {}],
  ['contact supported and detected', '063c', { heartRateBpm: 60, contact: true }],
  ['contact supported, not detected', '043c', { heartRateBpm: 60, contact: false }],
  ['contact detected but not supported', '023c', { heartRateBpm: 60 }],
  ['0 bpm, contact not supported', '0000', {}],
  ['0 bpm with contact', '0600', { contact: true }],
  ['0 bpm without contact', '0400', { contact: false }],
  ['no contact, and RR intervals', '14627302', { heartRateBpm: 98, contact: false, rrIntervalsMs: [ms(627)] }],
  ['24 bpm', '0618', { contact: true }],
  ['one RR', '1634e404', { heartRateBpm: 52, contact: true, rrIntervalsMs: [ms(1252)] }],
  ['two RR, oldest first', '103c00040104', { heartRateBpm: 60, rrIntervalsMs: [1000, ms(1025)] }],
  ['RR flag without RR', '103c', { heartRateBpm: 60, rrIntervalsMs: [] }],
  ['an RR of 0', '103c00000004', { heartRateBpm: 60, rrIntervalsMs: [1000] }],
  ['RR of 5 ticks', '103c05000004', { heartRateBpm: 60, rrIntervalsMs: [1000] }],
  ['RR of 249 ms', '103cff000004', { heartRateBpm: 60, rrIntervalsMs: [1000] }],
  ['RR of 250 ms', '103c00010004', { heartRateBpm: 60, rrIntervalsMs: [250, 1000] }],
  ['energy', '083cd007', { heartRateBpm: 60, energyKj: 2000 }],
  ['energy and RR', '1843d0077203', { heartRateBpm: 67, energyKj: 2000, rrIntervalsMs: [ms(882)] }],
  ['16-bit, energy and RR', '194300d0077203', { heartRateBpm: 67, energyKj: 2000, rrIntervalsMs: [ms(882)] }],
  ['energy that is full', '083cffff', { heartRateBpm: 60 }],
  ['energy that is full, and RR', '1843ffff7203', { heartRateBpm: 67, rrIntervalsMs: [ms(882)] }],
  ['an RR and a half', '103eb103de', { heartRateBpm: 62, rrIntervalsMs: [ms(945)], damage: 'BLE_RR_CUT' }],
  ['half an RR', '1634e4', { heartRateBpm: 52, contact: true, rrIntervalsMs: [], damage: 'BLE_RR_CUT' }],
  ['16-bit, energy and half an RR', '194300d00772', { heartRateBpm: 67, energyKj: 2000, rrIntervalsMs: [], damage: 'BLE_RR_CUT' }],
  ['half an energy', '083cd0', { heartRateBpm: 60, damage: 'BLE_TOO_SHORT' }],
  ['no energy', '083c', { heartRateBpm: 60, damage: 'BLE_TOO_SHORT' }],
  ['half an energy, RR announced', '1c3cd0', { heartRateBpm: 60, contact: false, damage: 'BLE_TOO_SHORT' }],
  ['a byte that no flag announces', '003c99', { heartRateBpm: 60 }],
])('%s', (_, hex, measurement) => {
  expect(decodeBleHeartRate(parseHex(hex))).toEqual(measurement);
});

test.each([
  ['nothing', '', 'BLE_TOO_SHORT'],
  ['flags alone', '00', 'BLE_TOO_SHORT'],
  ['half a 16-bit heart rate', '013c', 'BLE_TOO_SHORT'],
  ['more than an attribute holds', `00${'3c'.repeat(512)}`, 'BLE_TOO_LONG'],
])('refuses %s', (_, hex, code) => {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  expect(() => decodeBleHeartRate(bytes)).toThrow(expect.objectContaining({ name: 'DecodeError', code }));
});
