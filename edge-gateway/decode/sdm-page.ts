import type { BatteryState } from '@pulseboard/contract';
import { checkAntPage } from './ant-frame.js';
import { commonBatteryStatus, sdmBatteryStatus } from './battery-status.js';
import { u24, u32 } from './little-endian.js';

export const SDM_MAIN_PAGE = 1;
const FIRST_CADENCE_PAGE = 2;
const KILOCALORIES_PAGE = 3;
const LAST_CADENCE_PAGE = 15;
export const SDM_TOTALS_PAGE = 16;
const BATTERY_PAGE = 82;

const LOW_NIBBLE = 0x0f;
const STEPS_PER_STRIDE = 2;

/** One type for every page: each field on the page that carries it. A stride is two steps. */
export interface SdmPage {
  page: number;
  /** Page 1: pod's clock, to 1/200 s; wraps at 256 s. */
  timeS?: number;
  /** Page 1: counter, wraps at 256 m. Page 16: since the pod was started, u32. */
  distanceM?: number;
  /** Pages 1 to 15. */
  speedMps?: number;
  /** Page 1: counter, wraps at 256. Page 16: since the pod was started, u24. */
  strides?: number;
  /** Page 1: age of the measurement. */
  latencyS?: number;
  /** Pages 2 to 15: steps of both feet a minute, twice the strides a minute that the pod sends. */
  cadenceSpm?: number;
  /** Page 3: counter, wraps at 256. */
  kcal?: number;
  /** Pages 2 to 15: as sent. */
  status?: number;
  /** Pages 2 to 15: bits 4 and 5 of the status. Page 82: bits 4 to 6 of its last byte. */
  batteryStatus?: BatteryState;
}

/**
 * Decodes the 8 bytes of a foot pod's page (SDM, device type 124): 1, 2 to 15 (one layout), 16 and 82; another one gives its number only.
 * Source: the public vector `0164c8328180fe30`, `0164641981800430`, the npm package `ant-plus` (pages 1 to 15), `openant` (page 82) and
 * Nordic's nRF5 SDK (`ant_sdm_page_2.h`, status bits).
 *
 * Fields that exist and are not carried: status bits 0–1 (use), 2–3 (health) and 6–7 (place on the body), because the board has no use for them (`status`
 * shows the whole byte); page 22 (capabilities), because each page says by itself what it carries; pages 80 and 81 (manufacturer, product, serial number),
 * because the channel id names the pod; of page 82 operating time, voltage and battery number, because the state is what a technician acts on.
 * @throws DecodeError PAGE_LENGTH
 */
export function decodeSdmPage(bytes: Uint8Array): SdmPage {
  checkAntPage(bytes);
  const page = bytes[0]!;
  const highNibble = (offset: number) => bytes[offset]! >> 4;
  const speedMps = (bytes[4]! & LOW_NIBBLE) + bytes[5]! / 256;
  if (page === SDM_MAIN_PAGE) {
    return {
      page,
      timeS: (bytes[2]! * 200 + bytes[1]!) / 200,
      distanceM: bytes[3]! + highNibble(4) / 16,
      speedMps,
      strides: bytes[6]!,
      latencyS: bytes[7]! / 32,
    };
  }
  if (page >= FIRST_CADENCE_PAGE && page <= LAST_CADENCE_PAGE) {
    return {
      page,
      cadenceSpm: (bytes[3]! + highNibble(4) / 16) * STEPS_PER_STRIDE,
      speedMps,
      ...(page === KILOCALORIES_PAGE ? { kcal: bytes[6]! } : {}),
      status: bytes[7]!,
      batteryStatus: sdmBatteryStatus(bytes[7]!),
    };
  }
  if (page === SDM_TOTALS_PAGE) return { page, strides: u24(bytes, 1), distanceM: u32(bytes, 4) / 256 };
  const batteryStatus = page === BATTERY_PAGE ? commonBatteryStatus(bytes[7]!) : undefined;
  return batteryStatus ? { page, batteryStatus } : { page };
}
