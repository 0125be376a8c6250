import { emptyRoster, Roster, type RosterData } from './roster.js';

const data: RosterData = {
  assumedHrMaxBpm: 185,
  members: [
    { member: 'ada', nickname: 'Ada', consent: true },
    { member: 'ivo', nickname: 'Ivo', consent: false },
  ],
  assignments: [
    { sensor: 'ant-hr-1', member: 'ada', from: 1000, until: 2000 },
    { sensor: 'ant-hr-1', member: 'ivo', from: 2000 },
    { sensor: 'ble-a', member: 'ada', from: 1500 },
    { sensor: 'ant-sdm-1', member: 'ada', from: 1000 },
  ],
  profiles: [
    { member: 'ada', from: 3000, ageYears: 40, weightKg: 60, sex: 'female', ownHrMaxBpm: 190 },
    { member: 'ada', from: 1000, ageYears: 40, weightKg: 62, sex: 'female' },
  ],
};
const roster = new Roster(data);

test.each([
  ['ant-hr-1', 999, 'guest-ant-hr-1'],
  ['ant-hr-1', 1000, 'ada'],
  ['ant-hr-1', 1999, 'ada'],
  ['ant-hr-1', 2000, 'ivo'],
  ['ant-hr-2', 1000, 'guest-ant-hr-2'],
  ['ant-sdm-1', 1000, 'ada'],
  ['ant-sdm-1', 999, undefined],
  ['ant-sdm-2', 1000, undefined],
])('%s at %d is of %s', (sensor, at, member) => expect(roster.memberOf(sensor, at)).toBe(member));

test.each([
  ['ada', 999, []],
  ['ada', 1000, ['ant-hr-1', 'ant-sdm-1']],
  ['ada', 1500, ['ant-hr-1', 'ble-a', 'ant-sdm-1']],
  ['ada', 2000, ['ble-a', 'ant-sdm-1']],
  ['ivo', 1999, []],
  ['ivo', 2000, ['ant-hr-1']],
  ['guest-ant-hr-1', 999, ['ant-hr-1']],
  ['guest-ant-hr-1', 1000, []],
  ['guest-ant-hr-9', 1000, ['ant-hr-9']],
  ['guest-ant-sdm-9', 1000, []],
  ['nobody', 1000, []],
])('%s at %d wears %j', (member, at, sensors) => expect(roster.sensorsOf(member, at)).toEqual(sensors));

test('of two assignments in force the later one counts, and the strap is worn once', () => {
  const overlapping = new Roster({
    ...data,
    assignments: [
      { sensor: 'ant-hr-1', member: 'ada', from: 0 },
      { sensor: 'ant-hr-1', member: 'ivo', from: 1000 },
      { sensor: 'ble-a', member: 'ada', from: 0 },
      { sensor: 'ble-a', member: 'ada', from: 1000 },
    ],
  });
  expect(overlapping.memberOf('ant-hr-1', 999)).toBe('ada');
  expect(overlapping.memberOf('ant-hr-1', 1000)).toBe('ivo');
  expect(overlapping.sensorsOf('ada', 1000)).toEqual(['ble-a']);
  expect(overlapping.sensorsOf('ivo', 1000)).toEqual(['ant-hr-1']);
});

test.each([
  { name: 'before anything is known', at: 999, profile: { hrMaxBpm: 185, hrMaxAssumed: true } },
  { name: 'HRmax by age', at: 1000, profile: { hrMaxBpm: 180, hrMaxAssumed: false, ageYears: 40, weightKg: 62, sex: 'female' } },
  { name: 'her own HRmax', at: 3000, profile: { hrMaxBpm: 190, hrMaxAssumed: false, ageYears: 40, weightKg: 60, sex: 'female' } },
])('the profile of a time: $name', ({ at, profile }) => expect(roster.profileOf('ada', at)).toEqual(profile));

test("a guest has the gym's assumption", () => {
  expect(roster.profileOf('guest-ant-hr-9', 0)).toEqual({ hrMaxBpm: 185, hrMaxAssumed: true });
  expect(new Roster(emptyRoster).profileOf('guest-ant-hr-9', 0)).toEqual({ hrMaxBpm: 190, hrMaxAssumed: true });
});

test('a nickname only with consent', () => {
  expect(roster.nicknameOf('ada')).toBe('Ada');
  expect(roster.nicknameOf('ivo')).toBeUndefined();
});
