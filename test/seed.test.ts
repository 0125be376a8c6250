import type { MemberSecond } from '@pulseboard/contract';
import { board, health, memberHeartRate } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import { cleanUp, type System, startSystem } from './harness/system.js';

const startAt = Date.parse('2026-01-31T18:00:00Z');
/** So many seconds are compared; later ones may still be under way. */
const SECONDS = 5;
const until = startAt + SECONDS * 1000;

afterAll(cleanUp);

const simulated = (seed: number) => startSystem({ PULSEBOARD_SEED: String(seed), PULSEBOARD_START_AT: '2026-01-31T18:00:00Z' });

/** The first seconds of everybody on the board, in order of members. */
async function firstSeconds({ url }: System): Promise<MemberSecond[]> {
  // What is late rewrites its second: two more must be derived before these are taken to be final.
  await eventually('the first seconds derived', async () => (await health(url)).derivedUntil >= until + 2000);
  const members = (await board(url)).members.map((row) => row.member).sort();
  const answers = await Promise.all(members.map((member) => memberHeartRate(url, member, { from: startAt, to: until })));
  return answers.flatMap(({ perSecond }) => perSecond);
}

test('the same seed gives the same member-seconds, another seed others', async () => {
  const systems = await Promise.all([simulated(5), simulated(5), simulated(6)]);
  const [once, again, other] = await Promise.all(systems.map(firstSeconds));
  expect(once!.length).toBeGreaterThanOrEqual(12 * (SECONDS - 2));
  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
  expect(await Promise.all(systems.map(({ child }) => child.stop()))).toEqual(systems.map(() => ({ code: 0, signal: null })));
}, 60_000);
