import { antHeartRateSensorId, antSdmSensorId, bleSensorId, type Id } from './ids.js';

/**
 * The class that a simulated radio hears, and whose members the registry knows.
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

/** Where a simulated class trains. Its people wear straps of their own: a strap is in one room at a time. */
export interface ClassPlace {
  seed: number;
  room: Id;
  /** Whose antenna hears it. */
  gateway: Id;
}

/** The class of `npm start` without settings: its straps are known by their numbers. */
export const DEFAULT_CLASS: ClassPlace = { seed: 1, room: 'main', gateway: 'gateway-1' };

/** ANT+ device numbers are 20 bits. */
const ANT_DEVICE_NUMBERS = 2 ** 20;
/** Prime, and far from any small number: the straps of a class have numbers that differ. */
const NUMBER_STEP = 7919;

/** Numbers that the straps of a class begin with. */
interface StrapBase {
  ant: number;
  footPod: (place: number) => number;
  /** First five bytes of the Bluetooth addresses. */
  bluetooth: string;
}

const defaultBase: StrapBase = { ant: 400_000, footPod: (place) => 17 + place, bluetooth: 'A0:B1:C2:D3:E4' };

function strapBase(place: ClassPlace): StrapBase {
  if (isDefaultClass(place)) return defaultBase;
  const hash = hashOf(`${place.seed} ${place.room} ${place.gateway}`);
  const pods = hashOf(`${hash}`);
  const bytes = [hash >>> 16, hash >>> 8, hash].map((byte) => (byte & 0xff).toString(16).padStart(2, '0').toUpperCase());
  return { ant: hash, footPod: (n) => antNumber(pods, n), bluetooth: ['A0', 'B2', ...bytes].join(':') };
}

/** A 20-bit device number whose lower 16 bits are not 0, which no radio can send. */
function antNumber(base: number, place: number): number {
  const number = (base + NUMBER_STEP * (place + 1)) % ANT_DEVICE_NUMBERS;
  return number & 0xffff ? number : number + 1;
}

export const isDefaultClass = ({ seed, room, gateway }: ClassPlace): boolean =>
  seed === DEFAULT_CLASS.seed && room === DEFAULT_CLASS.room && gateway === DEFAULT_CLASS.gateway;

/** FNV-1a with the finaliser of MurmurHash3 (both public domain), 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Seed of the hearts of a class: two rooms of one seed are not the same hearts. */
export const heartSeedOf = (place: ClassPlace): number =>
  isDefaultClass({ ...place, seed: DEFAULT_CLASS.seed }) ? place.seed : hashOf(`${place.seed} ${place.room} ${place.gateway} hearts`);

/**
 * @param size how many people; beyond the named dozen they are numbered variations of it
 * @param place decides the straps, not the people
 */
export function demoClass(size: number, place: ClassPlace = DEFAULT_CLASS): DemoPerson[] {
  const base = strapBase(place);
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
        ? { antDeviceNumber: antNumber(base.ant, i) }
        : { bleAddress: `${base.bluetooth}:${(0x10 + i).toString(16).toUpperCase()}` }),
      ...(footPod ? { footPodDeviceNumber: base.footPod(i) } : {}),
      batteryPercent,
    };
  });
}

export const heartRateSensorOf = (person: DemoPerson): Id =>
  person.protocol === 'ant' ? antHeartRateSensorId(person.antDeviceNumber!) : bleSensorId(person.bleAddress!);
export const footPodOf = (person: DemoPerson): Id | undefined =>
  person.footPodDeviceNumber === undefined ? undefined : antSdmSensorId(person.footPodDeviceNumber);
