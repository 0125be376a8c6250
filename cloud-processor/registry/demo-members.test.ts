import { demoClass, isId } from '@pulseboard/contract';
import { demoMembers } from './demo-members.js';

test('the demo class as members: guests stay out, foot pods come along, nobody wears what another one wears', () => {
  const people = demoClass(40);
  const members = demoMembers(people);
  expect(members).toHaveLength(people.filter((person) => person.member).length);
  expect(members.find((each) => each.member === 'chiara')?.sensors).toEqual([
    expect.stringMatching(/^ant-hr-/),
    expect.stringMatching(/^ant-sdm-/),
  ]);
  const sensors = members.flatMap((each) => each.sensors);
  expect(new Set(sensors).size).toBe(sensors.length);
  expect(members.every((each) => isId(each.member))).toBe(true);
});
