import { demoClass, guestMemberId, heartRateSensorOf, type MemberSecond } from '@pulseboard/contract';
import { memberHeartRate } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import { cleanUp, type Settings, START_TIMEOUT_MS, startChild, startSystem } from './harness/system.js';

const startAt = Date.parse('2026-01-31T18:00:00Z');
/** So many seconds are compared; later ones may still be under way. */
const SECONDS = 5;
const until = startAt + SECONDS * 1000;
const SEED: Settings = { PULSEBOARD_SEED: '5', PULSEBOARD_START_AT: '2026-01-31T18:00:00Z' };

const people = demoClass(12);
const guests = people.map((person) => guestMemberId(heartRateSensorOf(person)));
const members = people.map((person, i) => person.member ?? guests[i]!);

afterAll(cleanUp);

/** The first seconds of some members of a gym, from the store: a gateway that was started late is too late for the board. */
async function firstSeconds(url: string, gym: string, who: readonly string[]): Promise<MemberSecond[]> {
  const perMember = await eventually('the first seconds derived', async () => {
    const answers = await Promise.all(who.map((member) => memberHeartRate(url, member, { gym, from: startAt, to: until + 10_000 })));
    const all = answers.map(({ perSecond }) => perSecond);
    // What is late rewrites its second: only with two more behind them are they taken to be final.
    return all.every((seconds) => seconds.some(({ at }) => at >= until + 2000)) && all;
  });
  return perMember.flatMap((seconds) => seconds.filter(({ at }) => at < until));
}

const hearts = (seconds: readonly MemberSecond[]) => seconds.map(({ at, sensor, meanBpm }) => `${sensor} ${at} ${meanBpm}`);

test(
  'the same seed gives the same member-seconds, another seed others',
  async () => {
    const [first, second] = await Promise.all([startSystem(SEED), startSystem(SEED)]);
    const [once, again] = await Promise.all([first, second].map(({ url }) => firstSeconds(url, 'demo', members)));
    expect(once!.length).toBeGreaterThanOrEqual(members.length * (SECONDS - 2));
    expect(again).toEqual(once);

    // The same straps in another gym, where nobody is known: the hearts alone are compared.
    const annex: Settings = { ...SEED, PULSEBOARD_SEED: '6', PULSEBOARD_GYM: 'annex', PULSEBOARD_BROKER_URL: first.mqttUrl };
    const gateway = startChild(['gateway'], annex);
    const others = await firstSeconds(first.url, 'annex', guests);
    expect(others.length).toBeGreaterThanOrEqual(guests.length * (SECONDS - 2));
    const known = new Set(hearts(once!));
    expect(hearts(others).filter((heart) => known.has(heart)).length).toBeLessThan(others.length / 4);

    const ends = await Promise.all([first.child.stop(), second.child.stop(), gateway.stop()]);
    expect(ends).toEqual(ends.map(() => ({ code: 0, signal: null })));
  },
  START_TIMEOUT_MS,
);
