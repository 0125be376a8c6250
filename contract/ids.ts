import Type, { type Static } from 'typebox';

/** Ids of gyms, rooms, gateways, members, sensors. No dot: some brokers turn it into a slash. */
export const ID_PATTERN = '^[a-z0-9][a-z0-9_-]{0,62}$';
const idRegExp = new RegExp(ID_PATTERN);

export const Id = Type.String({ pattern: ID_PATTERN, description: 'lower-case id without dots or slashes, at most 63 characters' });
export type Id = Static<typeof Id>;

export const isId = (value: unknown): value is Id => typeof value === 'string' && idRegExp.test(value);

/** @param deviceNumber 20-bit ANT+ device number: 16 bits, and the upper nibble of the transmission type above them */
export const antHeartRateSensorId = (deviceNumber: number): Id => `ant-hr-${deviceNumber}`;
/** @param deviceNumber 20-bit ANT+ device number of a foot pod (SDM) */
export const antSdmSensorId = (deviceNumber: number): Id => `ant-sdm-${deviceNumber}`;
/** @param address Bluetooth address, with or without colons, any case */
export const bleSensorId = (address: string): Id => `ble-${address.replaceAll(':', '').toLowerCase()}`;

/** An ANT+ strap. */
export const isAntHeartRate = (sensor: Id): boolean => sensor.startsWith('ant-hr-');
/** Anything that speaks Bluetooth: what it is its id does not say. */
export const isBle = (sensor: Id): boolean => sensor.startsWith('ble-');
/** A foot pod counts steps for the member it is assigned to; it never becomes a guest. */
export const isFootPod = (sensor: Id): boolean => sensor.startsWith('ant-sdm-');

/** Beginnings of the ids of sensors; what follows is their own number or address. */
const SENSOR_KINDS = [
  { begins: antHeartRateSensorId(0).slice(0, -1), whole: /^\d{1,7}$/, part: /^\d{0,7}$/ },
  { begins: antSdmSensorId(0).slice(0, -1), whole: /^\d{1,7}$/, part: /^\d{0,7}$/ },
  { begins: bleSensorId(''), whole: /^[0-9a-f]{12}$/, part: /^[0-9a-f]{0,12}$/ },
];

/** Whether there can be a sensor of this id, or with a `*` at its end, of this beginning: else it is a mistake. */
export function canMatchSensor(pattern: string): boolean {
  const isBeginning = pattern.endsWith('*');
  const text = isBeginning ? pattern.slice(0, -1) : pattern;
  return SENSOR_KINDS.some(({ begins, whole, part }) => {
    if (text.startsWith(begins)) return (isBeginning ? part : whole).test(text.slice(begins.length));
    return isBeginning && begins.startsWith(text);
  });
}

export const guestMemberId = (sensor: Id): Id => `guest-${sensor}`;
export const isGuest = (member: Id): boolean => member.startsWith('guest-');
/** The sensor that a guest is named by: of a strap that speaks ANT+ and Bluetooth its ANT+ one. */
export const strapOfGuest = (member: Id): Id => member.slice(guestMemberId('').length);
