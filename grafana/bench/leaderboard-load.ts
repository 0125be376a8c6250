/**
 * `npm run bench:grafana [-- viewers]` measures what a live Leaderboard costs InfluxDB: an hour of a class of 100 in it and a week of classes before that,
 * seconds that come in all the while, and viewers who each ask once a second for who is there now and for the totals of the session. Beside it, what the
 * totals would cost if they were added up from the seconds for each look.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { leaderboard } from '../dashboards/leaderboard/dashboard.js';
import * as queries from '../dashboards/leaderboard/queries.js';
import type { Query } from '../parts/query.js';
import { variablesOf } from '../proof/check-dashboard.js';
import { InfluxDatabases } from '../proof/influx-databases.js';
import { ALL, interpolateMacros, interpolateVariables, milliseconds } from '../proof/interpolate.js';
import { LongClass } from './long-class.js';

const TARGET_P95_MS = 150;
const MEASURED_S = 30;
const SECOND_MS = 1000;
const WRITTEN_EVERY_S = 10;
const DATABASE = 'pulseboard';
const viewers = Number(process.argv[2] ?? 10);

const variables = variablesOf(leaderboard().build());
/** Somebody who looks at one room: everything else is at its first value. */
const choice = { gym: ['demo'], room: [ALL] };

/** What is asked, and over how long. */
interface Question {
  name: string;
  query: Query;
  last: string;
}
const now: Question = { name: 'now', query: queries.now, last: '15s' };
const session: Question = { name: 'session, from its totals', query: queries.session, last: '7d' };
const summed: Question = {
  name: 'session, added up from its seconds',
  query: {
    meaning: 'The same figures, added up for each look.',
    text: 'SELECT sum("pointSixtieths") / 60, sum("microKcal") / 1000000, sum("seconds") / 60, sum("steps") FROM "member_second" WHERE $timeFilter GROUP BY "member"',
    as: 'table',
  },
  last: '1h',
};

const influx = await InfluxDatabases.start();
await influx.create(DATABASE);
const room = new LongClass(Date.now());
process.stdout.write(`An hour of ${room.members} members and a week of sessions go into InfluxDB.\n`);
for (const lines of room.past()) await influx.write(DATABASE, lines);

async function ask({ query, last }: Question): Promise<number> {
  const to = Date.now();
  const text = interpolateMacros(interpolateVariables(query.text, variables, choice), { from: to - milliseconds(last), to }, SECOND_MS);
  const began = performance.now();
  const series = await influx.query(DATABASE, text);
  if (series.length === 0) throw new Error(`${text} finds nothing`);
  return performance.now() - began;
}

/** @returns how long each answer took, ms, by question */
async function measured(questions: readonly Question[]): Promise<Map<string, number[]>> {
  const took = new Map<string, number[]>(questions.map(({ name }) => [name, []]));
  const until = performance.now() + MEASURED_S * SECOND_MS;
  const writer = (async () => {
    for (let s = 0; performance.now() < until; s++) {
      const at = Date.now();
      await influx.write(DATABASE, room.secondsAt(Math.floor(at / SECOND_MS) * SECOND_MS - SECOND_MS));
      if (s % WRITTEN_EVERY_S === 0) await influx.write(DATABASE, room.totals());
      await sleep(Math.max(0, SECOND_MS - (Date.now() - at)));
    }
  })();
  const viewer = async (i: number) => {
    // Nobody opened it at the same moment.
    await sleep((i * SECOND_MS) / viewers);
    while (performance.now() < until) {
      const began = performance.now();
      await Promise.all(questions.map(async (question) => took.get(question.name)!.push(await ask(question))));
      await sleep(Math.max(0, SECOND_MS - (performance.now() - began)));
    }
  };
  await Promise.all([writer, ...Array.from({ length: viewers }, (_, i) => viewer(i))]);
  return took;
}

function report(took: ReadonlyMap<string, readonly number[]>): number {
  let worst = 0;
  for (const [name, times] of took) {
    const sorted = [...times].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    worst = Math.max(worst, at(0.95));
    const figures = [`p50 ${at(0.5).toFixed(0)}`, `p95 ${at(0.95).toFixed(0)}`, `most ${sorted.at(-1)!.toFixed(0)} ms`].join(', ');
    process.stdout.write(`  ${name.padEnd(36)} ${figures} of ${sorted.length} answers\n`);
  }
  return worst;
}

process.stdout.write(`${viewers} viewers, each once a second, for ${MEASURED_S} s, while ${room.members} members' seconds come in:\n`);
const p95 = report(await measured([now, session]));
process.stdout.write(`p95 ${p95.toFixed(0)} ms, target ${TARGET_P95_MS} ms: ${(p95 / TARGET_P95_MS).toFixed(2)} of it\n`);
process.stdout.write('For comparison, without totals:\n');
report(await measured([now, summed]));
await influx.stop();
process.exitCode = p95 <= TARGET_P95_MS ? 0 : 1;
