import { type AntFrame, checkAntPage, decodeAntFrame } from './ant-frame.js';
import { parseHex } from './hex.js';

const PAGE = '84ffa5e2a5e6ca3c';
const page = parseHex(PAGE);

/** Adds the checksum, so that a table shows the part that matters. */
function framed(hex: string): Uint8Array {
  const bytes = [...parseHex(hex)];
  return Uint8Array.from([...bytes, bytes.reduce((xor, byte) => xor ^ byte, 0)]);
}

describe('a broadcast', () => {
  const strap = { deviceNumber: 483922, deviceType: 120, transmissionType: 0x71 };
  test.each<[string, string, AntFrame]>([
    ['no extension', `a4094e03${PAGE}`, { channel: 3, page }],
    ['flag without extensions', `a40a4e03${PAGE}00`, { channel: 3, page }],
    ['channel id', `a40e4e02${PAGE}8052627871`, { channel: 2, page, ...strap }],
    ['upper nibble 0', `a40e4e02${PAGE}8052627801`, { channel: 2, page, deviceNumber: 25170, deviceType: 120, transmissionType: 1 }],
    [
      'largest device number',
      `a40e4e02${PAGE}80ffff7cf5`,
      { channel: 2, page, deviceNumber: 1_048_575, deviceType: 124, transmissionType: 0xf5 },
    ],
    ['channel id and RSSI', `a4114e00${PAGE}c05262787120c980`, { channel: 0, page, ...strap, rssiDbm: -55 }],
    ['RSSI of another unit', `a4114e00${PAGE}c05262787110c980`, { channel: 0, page, ...strap }],
    ['RSSI alone', `a40d4e00${PAGE}4020b080`, { channel: 0, page, rssiDbm: -80 }],
    ['all extensions', `a4134e00${PAGE}e05262787120c9803412`, { channel: 0, page, ...strap, rssiDbm: -55, rxTimestampTicks: 0x1234 }],
    ['timestamp alone', `a40c4e00${PAGE}203412`, { channel: 0, page, rxTimestampTicks: 0x1234 }],
    ['bytes beyond the known extensions', `a40f4e02${PAGE}805262787199`, { channel: 2, page, ...strap }],
  ])('with %s', (_, hex, frame) => {
    expect(decodeAntFrame(framed(hex))).toEqual(frame);
  });
});

describe('refuses', () => {
  const whole = 'a40e4e0284ffa5e2a5e6ca3c8052627871d6';
  test.each([
    ['nothing', '', 'FRAME_TOO_SHORT'],
    ['a sync byte alone', 'a4', 'FRAME_TOO_SHORT'],
    ['a frame that is cut', whole.slice(0, -2), 'FRAME_TOO_SHORT'],
    ['two frames', whole + whole, 'FRAME_LENGTH'],
    ['another first byte', `a5${whole.slice(2)}`, 'FRAME_NO_SYNC'],
    ['an altered page', whole.replace('ca3c', 'ca3d'), 'FRAME_CHECKSUM'],
    ['an altered checksum', `${whole.slice(0, -2)}d7`, 'FRAME_CHECKSUM'],
  ])('%s', (_, hex, code) => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(() => decodeAntFrame(bytes)).toThrow(expect.objectContaining({ name: 'DecodeError', code }));
  });

  test.each([
    ['a response of the stick', 'a40340004200', 'FRAME_NOT_BROADCAST'],
    ['half a page', 'a4054e0084ffa5e2', 'FRAME_TOO_SHORT'],
    ['a cut channel id', `a40d4e02${PAGE}80526278`, 'FRAME_EXTENSION_CUT'],
    ['a cut RSSI', `a40b4e02${PAGE}4020`, 'FRAME_EXTENSION_CUT'],
    ['a cut timestamp', `a40b4e02${PAGE}2034`, 'FRAME_EXTENSION_CUT'],
  ])('%s with a right checksum', (_, hex, code) => {
    expect(() => decodeAntFrame(framed(hex))).toThrow(expect.objectContaining({ name: 'DecodeError', code }));
  });

  test('a page of another length', () => {
    expect(() => checkAntPage(page.subarray(1))).toThrow(expect.objectContaining({ code: 'PAGE_LENGTH' }));
  });
});
