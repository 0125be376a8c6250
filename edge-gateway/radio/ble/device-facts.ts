import { isDecodedCompany } from '../../unify/ble.js';
import type { Properties } from './bluetooth.js';

/** What news of a device says, as far as it can be understood. */
export interface DeviceFacts {
  addressType?: 'public' | 'random';
  uuids?: readonly string[];
  rssiDbm?: number;
  isConnected?: boolean;
  /** Somebody wants BlueZ to keep it. */
  isKept?: boolean;
  /** Of companies whose advertisements are decoded. */
  manufacturerData: { companyId: number; bytes: Uint8Array }[];
  /** Values of a wrong shape. */
  badValues: number;
}

/** What follows length, type and company id in an advertisement, whose length is one byte (Core Specification, Supplement, part A, 1.4). */
const MAX_MANUFACTURER_DATA = 252;
/** Core Specification, volume 4, part E, 7.7.65.2. */
const MIN_RSSI_DBM = -127;
const MAX_RSSI_DBM = 20;

/** @param properties of org.bluez.Device1, all or those that changed */
export function readDeviceFacts(properties: Properties): DeviceFacts {
  const facts: DeviceFacts = { manufacturerData: [], badValues: 0 };
  const { AddressType, UUIDs, RSSI, Connected, Paired, Trusted, ManufacturerData } = properties;
  if (AddressType === 'public' || AddressType === 'random') facts.addressType = AddressType;
  if (Array.isArray(UUIDs)) facts.uuids = UUIDs.filter((uuid) => typeof uuid === 'string').map((uuid) => uuid.toLowerCase());
  else if (UUIDs !== undefined) facts.badValues++;
  if (isRssi(RSSI)) facts.rssiDbm = RSSI;
  else if (RSSI !== undefined) facts.badValues++;
  if (typeof Connected === 'boolean') facts.isConnected = Connected;
  if (Paired === true || Trusted === true) facts.isKept = true;
  if (ManufacturerData !== undefined) readManufacturerData(ManufacturerData, facts);
  return facts;
}

const isRssi = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= MIN_RSSI_DBM && value <= MAX_RSSI_DBM;

/** @param dictionary by company id; its keys are text, as dbus-next reads every dictionary */
function readManufacturerData(dictionary: unknown, facts: DeviceFacts): void {
  if (typeof dictionary !== 'object' || dictionary === null || Array.isArray(dictionary) || dictionary instanceof Uint8Array) {
    facts.badValues++;
    return;
  }
  for (const [key, value] of Object.entries(dictionary)) {
    const companyId = Number(key);
    if (!isDecodedCompany(companyId)) continue;
    // A copy: the value is a window on the whole message.
    if (value instanceof Uint8Array && value.length > 0 && value.length <= MAX_MANUFACTURER_DATA)
      facts.manufacturerData.push({ companyId, bytes: Uint8Array.from(value) });
    else facts.badValues++;
  }
}
