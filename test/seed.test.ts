import type { MemberSecond } from '@pulseboard/contract';
import { board, memberHeartRate } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import { cleanUp, type Settings, START_TIMEOUT_MS, startChild, startSystem } from './harness/system.js';

const startAt = Date.parse('2026-01-31T18:00:00Z');
/** So many seconds are compared; later ones may still be under way. */
const SECONDS = 5;
const until = startAt + SECONDS * 1000;

afterAll(cleanUp);

const CLASS = 12;
const SEED: Settings = { PULSEBOARD_SEED: '5', PULSEBOARD_START_AT: '2026-01-31T18:00:00Z' };

/** The first seconds of everybody on the board. */
async function firstSeconds(url: string, gym: string): Promise<MemberSecond[]> {
  const answers = await eventually('the first seconds derived', async () => {
    const members = (await board(url, gym)).members.map((row) => row.member).sort();
    const all = await Promise.all(members.map((member) => memberHeartRate(url, member, { from: startAt, to: until + 10_000 })));
    // What is late rewrites its second: only with two more behind them are they taken to be final.
    return all.length === CLASS && all.every(({ perSecond }) => perSecond.some(({ at }) => at >= until + 2000)) && all;
  });
  return answers.flatMap(({ perSecond }) => perSecond.filter(({ at }) => at < until));
}

test(
  'the same seed gives the same member-seconds, another seed others',
  async () => {
    const systems = await Promise.all([startSystem(SEED), startSystem(SEED)]);
    const [once, again] = await Promise.all(systems.map(({ url }) => firstSeconds(url, 'demo')));
    expect(once!.length).toBeGreaterThanOrEqual(CLASS * (SECONDS - 2));
    expect(again).toEqual(once);

    // The same straps in another gym, where nobody is known: the hearts alone are compared.
    const other = startChild(['gateway'], {
      ...SEED,
      PULSEBOARD_SEED: '6',
      PULSEBOARD_GYM: 'annex',
      PULSEBOARD_BROKER_URL: systems[0]!.mqttUrl,
    });
    const hearts = (seconds: readonly MemberSecond[]) => seconds.map(({ at, sensor, meanBpm }) => `${sensor} ${at} ${meanBpm}`).sort();
    const others = await firstSeconds(systems[0]!.url, 'annex');
    expect(others.length).toBeGreaterThanOrEqual(CLASS * (SECONDS - 2));
    const known = new Set(hearts(once!));
    const shared = hearts(others).filter((heart) => known.has(heart));
    expect(shared.length).toBeLessThan(others.length / 4);

    const ends = await Promise.all([...systems.map(({ child }) => child.stop()), other.stop()]);
    expect(ends).toEqual(ends.map(() => ({ code: 0, signal: null })));
  },
  START_TIMEOUT_MS,
);
