import { antHeartRateSensorId, antSdmSensorId, bleSensorId, type Id } from './ids.js';

/**
 * The class that `npm start` shows: the simulated radio wears these straps, the registry knows these members.
 * Invented people; their bodies differ as those of a real class do.
 */
export interface DemoPerson {
  /** Undefined: nobody knows this strap, so its wearer is a guest. */
  member?: Id;
  nickname: string;
  /** False: the board shows no nickname. */
  consent: boolean;
  ageYears: number;
  weightKg: number;
  sex?: 'female' | 'male';
  restBpm: number;
  /** Measured HRmax of this person's body. */
  trueHrMaxBpm: number;
  /** Set when the registry knows it; else the formula of age is used. */
  ownHrMaxBpm?: number;
  /** Share of the heart-rate reserve that this person works at in a hard interval. */
  effort: number;
  protocol: 'ant' | 'ble';
  /** 20-bit ANT+ device number. */
  antDeviceNumber?: number;
  bleAddress?: string;
  /** 20-bit device number of an ANT+ foot pod. */
  footPodDeviceNumber?: number;
  batteryPercent: number;
}

type Row = [string, boolean, number, number, DemoPerson['sex'], number, number, boolean, number, 'ant' | 'ble', boolean, number];
// nickname, consent, age, kg, sex, rest, true HRmax, own HRmax known, effort, protocol, foot pod, battery
const rows: readonly Row[] = [
  ['Ada', true, 34, 62, 'female', 56, 188, true, 0.93, 'ant', false, 88],
  ['Bruno', true, 41, 84, 'male', 61, 178, false, 0.86, 'ant', false, 64],
  ['Chiara', true, 27, 58, 'female', 52, 196, false, 0.96, 'ant', true, 92],
  ['Deniz', true, 52, 78, undefined, 64, 170, false, 0.78, 'ant', false, 71],
  ['Emeka', true, 38, 90, 'male', 58, 184, true, 0.9, 'ant', false, 9],
  ['Freya', true, 23, 66, 'female', 50, 201, true, 0.97, 'ble', false, 80],
  ['Goran', true, 63, 81, 'male', 67, 161, false, 0.72, 'ant', false, 55],
  ['Hana', true, 30, 54, 'female', 59, 186, false, 0.83, 'ble', false, 47],
  ['Ivo', false, 45, 76, 'male', 57, 177, false, 0.88, 'ant', false, 90],
  ['Johanna-Katharina', true, 36, 70, 'female', 62, 183, false, 0.8, 'ant', false, 33],
  ['Kofi', true, 29, 74, 'male', 49, 195, true, 0.95, 'ant', true, 76],
  ['', false, 33, 72, undefined, 60, 185, false, 0.84, 'ant', false, 60],
];

/** ANT+ device numbers are 20 bits. */
const ANT_DEVICE_NUMBERS = 2 ** 20;

/** @param size how many people; beyond the named dozen they are numbered variations of it */
export function demoClass(size: number): DemoPerson[] {
  return Array.from({ length: size }, (_, i) => {
    const row = rows[i % rows.length]!;
    const lap = Math.floor(i / rows.length);
    const [nickname, consent, ageYears, weightKg, sex, restBpm, trueHrMaxBpm, ownKnown, effort, protocol, footPod, batteryPercent] = row;
    const name = lap && nickname ? `${nickname} ${lap + 1}` : nickname;
    return {
      // An id is published: of somebody who did not agree it says no name.
      ...(nickname ? { member: consent ? name.toLowerCase().replace(' ', '-') : `member-${i + 1}` } : {}),
      nickname: name,
      consent,
      ageYears,
      weightKg,
      ...(sex ? { sex } : {}),
      restBpm: restBpm + lap,
      trueHrMaxBpm,
      ...(ownKnown ? { ownHrMaxBpm: trueHrMaxBpm } : {}),
      effort,
      protocol,
      ...(protocol === 'ant'
        ? { antDeviceNumber: (400_000 + 7919 * (i + 1)) % ANT_DEVICE_NUMBERS }
        : { bleAddress: `A0:B1:C2:D3:E4:${(0x10 + i).toString(16).toUpperCase()}` }),
      ...(footPod ? { footPodDeviceNumber: 17 + i } : {}),
      batteryPercent,
    };
  });
}

export const heartRateSensorOf = (person: DemoPerson): Id =>
  person.protocol === 'ant' ? antHeartRateSensorId(person.antDeviceNumber!) : bleSensorId(person.bleAddress!);
export const footPodOf = (person: DemoPerson): Id | undefined =>
  person.footPodDeviceNumber === undefined ? undefined : antSdmSensorId(person.footPodDeviceNumber);
