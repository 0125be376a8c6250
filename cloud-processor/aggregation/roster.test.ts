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
  links: [],
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

describe('two sensors of one strap', () => {
  const linked = new Roster({
    ...data,
    assignments: [
      { sensor: 'ant-hr-1', member: 'ada', from: 1000, until: 3000 },
      { sensor: 'ble-1', member: 'ivo', from: 2000, until: 4000 },
      { sensor: 'ble-2', member: 'ada', from: 0 },
    ],
    links: [
      { sensor: 'ble-1', twin: 'ant-hr-1', from: 500 },
      { sensor: 'ble-2', twin: 'ant-hr-2', from: 500 },
      { sensor: 'ble-3', twin: 'ant-hr-3', from: 500 },
    ],
  });

  test.each([
    ['before the link each is a guest', 499, 'guest-ant-hr-3', 'guest-ble-3', 3],
    ['one guest from then on, the ANT+ one', 500, 'guest-ant-hr-3', 'guest-ant-hr-3', 3],
    ['the Bluetooth one alone is assigned, before the link', 499, 'guest-ant-hr-2', 'ada', 2],
    ['and in force the other one follows', 500, 'ada', 'ada', 2],
    ['nobody is assigned yet', 999, 'guest-ant-hr-1', 'guest-ant-hr-1', 1],
    ['the ANT+ one alone is', 1000, 'ada', 'ada', 1],
    ['each is, and two people stay two', 2000, 'ada', 'ivo', 1],
    ['the Bluetooth one alone is', 3000, 'ivo', 'ivo', 1],
    ['nobody is any more', 4000, 'guest-ant-hr-1', 'guest-ant-hr-1', 1],
  ])('%s', (_, at, ofAnt, ofBle, strap) => {
    const [ant, ble] = [`ant-hr-${strap}`, `ble-${strap}`];
    expect([linked.memberOf(ant, at), linked.memberOf(ble, at)]).toEqual([ofAnt, ofBle]);
    // What a member wears is what is theirs, the other way round.
    for (const member of ['ada', 'ivo', `guest-${ant}`, `guest-${ble}`]) {
      const worn = [ant, ble].filter((sensor) => linked.memberOf(sensor, at) === member);
      const found = linked.sensorsOf(member, at).filter((sensor) => sensor === ant || sensor === ble);
      expect(found.sort()).toEqual(worn);
    }
  });

  test.each([
    ['ant-hr-1', 1000, 'ada'],
    ['ble-1', 1000, 'guest-ble-1'],
    ['ble-2', 1000, 'ada'],
    ['ant-hr-2', 1000, 'guest-ant-hr-2'],
    ['ant-sdm-1', 1000, undefined],
  ])('were it not linked, %s would at %d be of %s', (sensor, at, member) => expect(linked.ownMemberOf(sensor, at)).toBe(member));
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
