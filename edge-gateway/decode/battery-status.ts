import type { BatteryState } from '@pulseboard/contract';

/** Values 1 to 5 of the common ANT+ field, as the public libraries name them; the others (0 unknown, 6 charging, 7 invalid) are unknown here. */
const common: readonly (BatteryState | undefined)[] = [undefined, 'new', 'good', 'ok', 'low', 'critical'];

/** Of a foot pod's status byte: bits 4 and 5. */
const ofPod: readonly BatteryState[] = ['new', 'good', 'ok', 'low'];

const STATUS_SHIFT = 4;

/** @param byte bits 4 to 6 are the state: heart-rate page 7 byte 3, common page 82 byte 7 */
export const commonBatteryStatus = (byte: number): BatteryState | undefined => common[(byte >> STATUS_SHIFT) & 0x07];

/** @param status last byte of a foot pod's pages 2 to 15 */
export const sdmBatteryStatus = (status: number): BatteryState => ofPod[(status >> STATUS_SHIFT) & 0x03]!;
