import { decodeAntFrame, HEART_RATE_DEVICE_TYPE, SDM_DEVICE_TYPE } from '../decode/ant-frame.js';
import { decodeBleBattery } from '../decode/ble-battery.js';
import { decodeBleHeartRate } from '../decode/ble-heart-rate.js';
import { checkLength } from '../decode/ble-length.js';
import { decodeBleRunningSpeed } from '../decode/ble-running-speed.js';
import { DecodeError } from '../decode/decode-error.js';
import { plausibleInterval } from '../decode/heart-rate-beats.js';
import { decodeHeartRatePage } from '../decode/heart-rate-page.js';
import { parseHex, toHex } from '../decode/hex.js';
import { u16 } from '../decode/little-endian.js';
import { decodeMibandAdvertisement, decodeMibandSteps, MIBAND_COMPANY_ID } from '../decode/miband-advertisement.js';
import { decodePolarAdvertisement, POLAR_COMPANY_ID } from '../decode/polar-advertisement.js';

import { decodeSdmPage } from '../decode/sdm-page.js';
import type { CommandIo } from './command-io.js';

interface Kind {
  meaning: string;
  example: string;
  decode(bytes: Uint8Array): object;
}

const COMPANY_ID_LENGTH = 2;

const kinds: Readonly<Record<string, Kind>> = {
  ant: { meaning: 'a whole frame of an ANT stick', example: 'a40e4e0284ffa5e2a5e6ca3c8052627871d6', decode: decodeFrame },
  'hr-page': { meaning: 'an ANT+ heart-rate page, 8 bytes', example: '84ffa5e2a5e6ca3c', decode: decodeSingleHeartRatePage },
  'sdm-page': { meaning: 'an ANT+ foot pod page, 8 bytes', example: '0164c8328180fe30', decode: decodeSdmPage },
  'ble-hr': { meaning: 'a Heart Rate Measurement (2A37)', example: '1634e404', decode: decodeBleHeartRate },
  'ble-rsc': { meaning: 'an RSC Measurement (2A53)', example: '070003aa730039300000', decode: (bytes) => decodeBleRunningSpeed(bytes) },
  'ble-battery': { meaning: 'a Battery Level (2A19)', example: '5a', decode: decodeBleBattery },
  'polar-adv': {
    meaning: 'a Polar advertisement, company id first',
    example: '6b003b164446',
    decode: afterCompanyId(POLAR_COMPANY_ID, decodePolarAdvertisement),
  },
  'miband-adv': {
    meaning: 'a Mi Band advertisement, company id first',
    example: '57010201004a03ff000000000000000000000000a0b1c2d3e4f5',
    // A message alone does not say who sent it.
    decode: afterCompanyId(MIBAND_COMPANY_ID, (bytes) => decodeMibandAdvertisement(bytes, undefined)),
  },
  'miband-steps': { meaning: 'Mi Band service data (FEE0)', example: 'd2040000', decode: decodeMibandSteps },
};

const KIND_COLUMN = 14;
const HELP = '--help';
export const messageKinds: readonly string[] = Object.keys(kinds);

export const decodeUsage: readonly string[] = [
  'Usage: npm run gateway -- decode <kind> <bytes in hexadecimal>',
  'Prints what the bytes say as one line of JSON.',
  '',
  ...Object.entries(kinds).flatMap(([name, kind]) => [
    `  ${name.padEnd(KIND_COLUMN)}${kind.meaning}`,
    `  ${''.padEnd(KIND_COLUMN)}decode ${name} ${kind.example}`,
  ]),
];

/**
 * The technician's command: one captured message in, one line of JSON out (units in the names, nothing rounded, unknown fields left out).
 * @param args kind, then the bytes as one or more arguments
 * @returns exit code: 0, or 1 with what was wrong on `io.err`
 */
export function runDecodeCommand(args: string[], io: CommandIo): number {
  const [name, ...hex] = args;
  if (name === undefined) {
    for (const line of decodeUsage) io.err(line);
    return 1;
  }
  if (args.includes(HELP) || args.includes('-h')) {
    for (const line of decodeUsage) io.out(line);
    return 0;
  }
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (!kind) {
    io.err(
      `decode: "${name}" is no kind of message; use one of ${Object.keys(kinds).join(', ')}, such as: decode ant ${kinds.ant!.example}`,
    );
    return 1;
  }
  try {
    io.out(JSON.stringify(kind.decode(parseHex(hex.join(' ')))));
    return 0;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    io.err(`decode ${name}: ${error.message}, such as: decode ${name} ${kind.example}`);
    return 1;
  }
}

/** A page alone is taken as from a strap that toggles; page 4 tells one RR interval by itself. */
function decodeSingleHeartRatePage(bytes: Uint8Array): object {
  const page = decodeHeartRatePage(bytes);
  const interval = page.previousBeatTimeMs === undefined ? undefined : plausibleInterval(page.beatTimeMs, page.previousBeatTimeMs);
  return interval === undefined ? page : { ...page, rrIntervalsMs: [interval] };
}

/** The frame's own fields and those of the page in it, side by side. */
function decodeFrame(bytes: Uint8Array): object {
  const { page: pageBytes, ...frame } = decodeAntFrame(bytes);
  switch (frame.deviceType) {
    case HEART_RATE_DEVICE_TYPE: {
      const page = decodeSingleHeartRatePage(pageBytes);
      return { ...frame, ...page, ...serialNumber(frame.deviceNumber, page) };
    }
    case SDM_DEVICE_TYPE:
      return { ...frame, ...decodeSdmPage(pageBytes) };
    default:
      return { ...frame, pageHex: Array.from(pageBytes, toHex).join('') };
  }
}

/** Page 2 gives the upper half of the serial number, the 16-bit device number is the lower one. */
function serialNumber(deviceNumber: number | undefined, page: { serialNumberUpper16?: number }): object {
  if (deviceNumber === undefined || page.serialNumberUpper16 === undefined) return {};
  return { serialNumber: page.serialNumberUpper16 * 0x1_0000 + (deviceNumber & 0xffff) };
}

function afterCompanyId(companyId: number, decode: (bytes: Uint8Array) => object): (bytes: Uint8Array) => object {
  return (bytes) => {
    checkLength(bytes, COMPANY_ID_LENGTH, 'an advertisement with its company id');
    const found = u16(bytes, 0);
    if (found === companyId) return decode(bytes.subarray(COMPANY_ID_LENGTH));
    const littleEndian = toHex(companyId & 0xff) + toHex(companyId >> 8);
    throw new DecodeError('BLE_COMPANY_ID', `the bytes do not begin with the company id ${littleEndian}: give it first`);
  };
}
