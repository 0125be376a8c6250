import { checkAntPage } from './ant-frame.js';
import { u24, u32 } from './little-endian.js';

export const SDM_MAIN_PAGE = 1;
const CADENCE_PAGE = 2;
const TOTALS_PAGE = 16;

const LOW_NIBBLE = 0x0f;
const STEPS_PER_STRIDE = 2;

/** One type for every page: each field on the page that carries it. A stride is two steps. */
export interface SdmPage {
  page: number;
  /** Page 1: pod's clock, to 1/200 s; wraps at 256 s. */
  timeS?: number;
  /** Page 1: counter, wraps at 256 m. Page 16: since the pod was started, u32. */
  distanceM?: number;
  /** Page 1. */
  speedMps?: number;
  /** Page 1: counter, wraps at 256. Page 16: since the pod was started, u24. */
  strides?: number;
  /** Page 1: age of the measurement. */
  latencyS?: number;
  /** Page 2: steps a minute, twice the strides a minute that the pod sends. */
  cadenceSpm?: number;
  /** Page 2: as sent. */
  status?: number;
}

/**
 * Decodes the 8 bytes of a foot pod's page (SDM, device type 124), pages 1, 2 and 16; an unknown one gives its number only.
 * Source: the public vector `0164c8328180fe30`, `0164641981800430` and concordant public decoders.
 * @throws DecodeError PAGE_LENGTH
 */
export function decodeSdmPage(bytes: Uint8Array): SdmPage {
  checkAntPage(bytes);
  const page = bytes[0]!;
  const highNibble = (offset: number) => bytes[offset]! >> 4;
  switch (page) {
    case SDM_MAIN_PAGE:
      return {
        page,
        timeS: (bytes[2]! * 200 + bytes[1]!) / 200,
        distanceM: bytes[3]! + highNibble(4) / 16,
        speedMps: (bytes[4]! & LOW_NIBBLE) + bytes[5]! / 256,
        strides: bytes[6]!,
        latencyS: bytes[7]! / 32,
      };
    case CADENCE_PAGE:
      return { page, cadenceSpm: (bytes[3]! + highNibble(4) / 16) * STEPS_PER_STRIDE, status: bytes[7]! };
    case TOTALS_PAGE:
      return { page, strides: u24(bytes, 1), distanceM: u32(bytes, 4) / 256 };
    default:
      return { page };
  }
}
