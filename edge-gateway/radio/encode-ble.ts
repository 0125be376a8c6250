/**
 * Bluetooth LE values of the characteristics that straps notify. Pure.
 * Formats: GATT Specification Supplement, Heart Rate Measurement, RSC Measurement and Battery Level.
 */

const FLAG_HEART_RATE_16_BIT = 0x01;
const FLAG_CONTACT_DETECTED = 0x02;
const FLAG_CONTACT_SUPPORTED = 0x04;
const FLAG_ENERGY = 0x08;
const FLAG_RR = 0x10;

export interface HeartRateMeasurement {
  heartRateBpm: number;
  /** Undefined: the strap cannot tell. */
  contact?: boolean;
  energyKj?: number;
  /** RR intervals in 1/1024 s, oldest first. */
  rrTicks?: readonly number[];
}

/** Characteristic 0x2A37. */
export function encodeHeartRateMeasurement({ heartRateBpm, contact, energyKj, rrTicks = [] }: HeartRateMeasurement): Uint8Array {
  const wide = heartRateBpm > 0xff;
  const flags =
    (wide ? FLAG_HEART_RATE_16_BIT : 0) |
    (contact === undefined ? 0 : FLAG_CONTACT_SUPPORTED) |
    (contact ? FLAG_CONTACT_DETECTED : 0) |
    (energyKj === undefined ? 0 : FLAG_ENERGY) |
    (rrTicks.length ? FLAG_RR : 0);
  const bytes = [flags, ...(wide ? u16(heartRateBpm) : [heartRateBpm])];
  if (energyKj !== undefined) bytes.push(...u16(energyKj));
  for (const ticks of rrTicks) bytes.push(...u16(ticks));
  return Uint8Array.from(bytes);
}

const FLAG_STRIDE_LENGTH = 0x01;
const FLAG_DISTANCE = 0x02;
const FLAG_RUNNING = 0x04;

export interface RscMeasurement {
  speedMps: number;
  /** The byte as the characteristic calls it: "cadence, 1/minute". */
  cadencePerMinute: number;
  strideLengthCm?: number;
  distanceM?: number;
  running?: boolean;
}

/** Characteristic 0x2A53. */
export function encodeRscMeasurement({ speedMps, cadencePerMinute, strideLengthCm, distanceM, running }: RscMeasurement): Uint8Array {
  const flags =
    (strideLengthCm === undefined ? 0 : FLAG_STRIDE_LENGTH) | (distanceM === undefined ? 0 : FLAG_DISTANCE) | (running ? FLAG_RUNNING : 0);
  const bytes = [flags, ...u16(Math.round(speedMps * 256)), cadencePerMinute];
  if (strideLengthCm !== undefined) bytes.push(...u16(strideLengthCm));
  if (distanceM !== undefined) {
    const decimetres = Math.round(distanceM * 10);
    bytes.push(...u16(decimetres), ...u16(decimetres >>> 16));
  }
  return Uint8Array.from(bytes);
}

/** Characteristic 0x2A19. */
export const encodeBatteryLevel = (batteryPercent: number): Uint8Array => Uint8Array.of(batteryPercent);

const u16 = (value: number): [number, number] => [value & 0xff, (value >>> 8) & 0xff];
