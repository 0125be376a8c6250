import fc from 'fast-check';
import type { Properties } from './bluetooth.js';
import { type DeviceFacts, readDeviceFacts } from './device-facts.js';

const nothing: DeviceFacts = { manufacturerData: [], badValues: 0 };
const bytes = Uint8Array.of(1, 2);

test.each<[string, Properties, Partial<DeviceFacts>]>([
  ['nothing', {}, {}],
  [
    'everything',
    {
      AddressType: 'random',
      UUIDs: ['0000180D-0000'],
      RSSI: -60,
      Connected: true,
      Paired: true,
      ManufacturerData: { 107: bytes },
      Name: 'H10',
    },
    {
      addressType: 'random',
      uuids: ['0000180d-0000'],
      rssiDbm: -60,
      isConnected: true,
      isKept: true,
      manufacturerData: [{ companyId: 107, bytes }],
    },
  ],
  ['trusted, not paired', { Trusted: true, Paired: false }, { isKept: true }],
  [
    'two companies that are decoded, one that is not',
    { ManufacturerData: { 107: bytes, 343: bytes, 76: bytes } },
    {
      manufacturerData: [
        { companyId: 107, bytes },
        { companyId: 343, bytes },
      ],
    },
  ],
  ['a strength that was not measured', { RSSI: 127 }, { badValues: 1 }],
  ['a strength that is text', { RSSI: '-60' }, { badValues: 1 }],
  ['services that are no list', { UUIDs: 5 }, { badValues: 1 }],
  ['services among rubbish', { UUIDs: [7, 'ab'] }, { uuids: ['ab'] }],
  ['an address type of the future', { AddressType: 'lunar' }, {}],
  ['data that is a number', { ManufacturerData: 7 }, { badValues: 1 }],
  ['data that is bytes', { ManufacturerData: bytes }, { badValues: 1 }],
  ['data that is a list', { ManufacturerData: [bytes] }, { badValues: 1 }],
  ['data of text', { ManufacturerData: { 107: 'abc' } }, { badValues: 1 }],
  ['data of nothing', { ManufacturerData: { 107: new Uint8Array() } }, { badValues: 1 }],
  [
    'the most data that fits',
    { ManufacturerData: { 107: new Uint8Array(252) } },
    { manufacturerData: [{ companyId: 107, bytes: new Uint8Array(252) }] },
  ],
  ['more', { ManufacturerData: { 107: new Uint8Array(253) } }, { badValues: 1 }],
  ['rubbish of companies that do not matter', { ManufacturerData: { 76: 'abc', no: bytes } }, {}],
])('%s', (_, properties, facts) => {
  expect(readDeviceFacts(properties)).toEqual({ ...nothing, ...facts });
});

test('the bytes are a copy: the message may go', () => {
  const message = Uint8Array.of(0, 1, 2, 3);
  const [data] = readDeviceFacts({ ManufacturerData: { 107: message.subarray(1, 3) } }).manufacturerData;
  message.fill(9);
  expect(data!.bytes).toEqual(bytes);
});

test('whatever BlueZ says is survived', () => {
  const names = fc.constantFrom('AddressType', 'UUIDs', 'RSSI', 'Connected', 'Paired', 'ManufacturerData');
  fc.assert(
    fc.property(fc.dictionary(names, fc.anything({ withTypedArray: true })), (properties) => {
      expect(readDeviceFacts(properties).badValues).toBeGreaterThanOrEqual(0);
    }),
  );
});
