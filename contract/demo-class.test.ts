import { demoClass, footPodOf, heartRateSensorOf } from './demo-class.js';
import { isId } from './ids.js';
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
