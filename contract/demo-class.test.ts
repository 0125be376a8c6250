import { type ClassPlace, DEFAULT_CLASS, demoClass, footPodOf, heartRateSensorOf, heartSeedOf } from './demo-class.js';
import { canMatchSensor, isId } from './ids.js';
import { settings } from './settings.js';

const LARGEST = settings.straps.parse('200');

test('a larger class begins with the smaller one', () => expect(demoClass(LARGEST).slice(0, 12)).toEqual(demoClass(12)));

test('in the largest class nobody shares a strap, a foot pod or a member id with another', () => {
  const people = demoClass(LARGEST);
  for (const ids of [people.map(heartRateSensorOf), people.map(footPodOf), people.map((person) => person.member)]) {
    const known = ids.filter((id) => id !== undefined);
    expect(new Set(known).size).toBe(known.length);
    expect(known.every(isId)).toBe(true);
  }
});

describe('straps of other classes', () => {
  const sensorsOf = (place: ClassPlace, size = 12) =>
    demoClass(size, place)
      .flatMap((person) => [heartRateSensorOf(person), footPodOf(person)])
      .filter((id) => id !== undefined);

  test('the class of the defaults keeps its numbers', () => {
    expect(sensorsOf(DEFAULT_CLASS)).toEqual(
      demoClass(12).flatMap((person) => [heartRateSensorOf(person), footPodOf(person) ?? []].flat()),
    );
    expect(sensorsOf(DEFAULT_CLASS).slice(0, 2)).toEqual(['ant-hr-407919', 'ant-hr-415838']);
  });

  test('the same seed, room and gateway are the same straps', () => {
    const place = { seed: 3, room: 'spin', gateway: 'gateway-2' };
    expect(sensorsOf({ ...place })).toEqual(sensorsOf(place));
  });

  test('no two classes share a strap: seed, room and gateway each make another one', () => {
    const rooms = ['main', 'spin', 'yoga', 'box', 'studio-1', 'studio-2'];
    const places = [1, 2, 3, 40].flatMap((seed) =>
      rooms.flatMap((room) => ['gateway-1', 'gateway-2'].map((gateway) => ({ seed, room, gateway }))),
    );
    const ids = places.flatMap((place) => sensorsOf(place, 40));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => isId(id) && canMatchSensor(id))).toBe(true);
  });

  test('the people are the same ones', () => {
    const namesOf = (place?: ClassPlace) => demoClass(12, place).map(({ member, nickname }) => [member, nickname]);
    expect(namesOf({ seed: 3, room: 'spin', gateway: 'gateway-2' })).toEqual(namesOf());
  });

  test('every ANT+ number of them can be sent', () => {
    for (let seed = 0; seed < 300; seed++)
      for (const { antDeviceNumber = 1, footPodDeviceNumber = 1 } of demoClass(200, { ...DEFAULT_CLASS, seed }))
        for (const number of [antDeviceNumber, footPodDeviceNumber])
          if (number >= 2 ** 20 || (number & 0xffff) === 0) throw new Error(`${number}`);
  });

  test('hearts differ between rooms of one seed, and with the seed', () => {
    const seeds = [
      DEFAULT_CLASS,
      { ...DEFAULT_CLASS, seed: 2 },
      { ...DEFAULT_CLASS, room: 'spin' },
      { ...DEFAULT_CLASS, gateway: 'two' },
    ].map(heartSeedOf);
    expect(seeds.slice(0, 2)).toEqual([1, 2]);
    expect(new Set(seeds).size).toBe(4);
  });
});

test('every ANT+ number is one that a radio can send: 20 bits, of which the lower 16 are not 0', () => {
  for (const { antDeviceNumber } of demoClass(LARGEST)) {
    if (antDeviceNumber === undefined) continue;
    expect(antDeviceNumber).toBeLessThan(2 ** 20);
    expect(antDeviceNumber & 0xffff).not.toBe(0);
  }
});

test('there are a guest, a person who shows no name, and a weak battery', () => {
  const people = demoClass(12);
  expect(people.some((person) => !person.member)).toBe(true);
  expect(people.some((person) => person.member && !person.consent)).toBe(true);
  expect(people.some((person) => person.batteryPercent < 15)).toBe(true);
});
