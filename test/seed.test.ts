import { DEFAULT_CLASS, demoClass, guestMemberId, heartRateSensorOf, type MemberSecond } from '@pulseboard/contract';
import { memberHeartRate } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import { cleanUp, type Settings, START_TIMEOUT_MS, startChild, startSystem } from './harness/system.js';

/** A little while ago: what is older than a minute is derived from the store, which is right but slow. */
const startAt = Math.floor(Date.now() / 1000) * 1000 - 5000;
/** So many seconds are compared; later ones may still be under way. */
const SECONDS = 5;
const until = startAt + SECONDS * 1000;
/** In the default room at the default gateway. */
const guestsOf = (seed: number) => demoClass(12, { ...DEFAULT_CLASS, seed }).map((person) => guestMemberId(heartRateSensorOf(person)));

afterAll(cleanUp);

/** The first seconds of everybody in a gym, from the store: what began a while ago may be too late for the board. */
async function firstSeconds(url: string, gym: string, seed: number): Promise<Omit<MemberSecond, 'gym'>[]> {
  const perMember = await eventually('the first seconds derived', async () => {
    const answers = await Promise.all(
      guestsOf(seed).map((member) => memberHeartRate(url, member, { gym, from: startAt, to: until + 10_000 })),
    );
    // What is late rewrites its second: only with two more behind them, and those of beats, are they taken to be final.
    return answers.every(({ perSecond }) => perSecond.some(({ at, held }) => at >= until + 2000 && !held)) && answers;
  });
  return perMember.flatMap(({ perSecond }) => perSecond.filter(({ at }) => at < until).map(({ gym: _, ...second }) => second));
}

/** What the hearts of a class did, place by place: whatever straps they wear. */
const hearts = (seconds: readonly Pick<MemberSecond, 'at' | 'sensor' | 'meanBpm'>[], seed: number) =>
  seconds.map(({ at, sensor, meanBpm }) => `${guestsOf(seed).indexOf(guestMemberId(sensor))} ${at} ${meanBpm}`);

test(
  'the same seed gives the same member-seconds, another seed others',
  async () => {
    const { url, mqttUrl, child } = await startSystem({});
    // One class in three gyms where nobody is known: all of it but the gym must be the same.
    const classOf = (gym: string, seed: string): Settings => ({
      PULSEBOARD_GYM: gym,
      PULSEBOARD_RADIO: 'simulated',
      PULSEBOARD_SEED: seed,
      PULSEBOARD_START_AT: String(startAt),
      // From its begin, not joined in its middle.
      PULSEBOARD_REPLAY_SPEED: '4',
      PULSEBOARD_BROKER_URL: mqttUrl,
    });
    const gateways = [classOf('first', '5'), classOf('second', '5'), classOf('third', '6')].map((settings) =>
      startChild(['gateway'], settings),
    );
    const [once, again, others] = await Promise.all([
      firstSeconds(url, 'first', 5),
      firstSeconds(url, 'second', 5),
      firstSeconds(url, 'third', 6),
    ]);
    expect(once!.length).toBeGreaterThanOrEqual(12 * (SECONDS - 2));
    expect(again).toEqual(once);
    expect(others!.length).toBeGreaterThanOrEqual(12 * (SECONDS - 2));
    const known = new Set(hearts(once!, 5));
    expect(hearts(others!, 6).filter((heart) => known.has(heart)).length).toBeLessThan(others!.length / 4);

    const ends = await Promise.all([...gateways, child].map((each) => each.stop()));
    expect(ends).toEqual(ends.map(() => ({ code: 0, signal: null })));
  },
  START_TIMEOUT_MS,
);
