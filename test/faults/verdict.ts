import type { StoredReading } from '@pulseboard/cloud-processor/protocol';
import { DEFAULT_CLASS, type MemberSecond } from '@pulseboard/contract';
import { board, get, health, type MemberHeartRate } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { disagreements, healthFaults, ledger, ledgerFaults } from '../harness/ledger.js';
import { compareBoard } from './board-totals.js';
import { compareReadings, groupBy, type ReadingsComparison, type StoredRow } from './compare-readings.js';
import { demoRoster, guestsOnly } from './demo-roster.js';
import { compareSeconds, expectedSeconds } from './expected-seconds.js';
import { allCaughtUp, GatewayHealths } from './gateway-healths.js';
import { readInflux } from './influx-rows.js';
import { explainLosses, type Losses } from './losses.js';
import { expectedLives } from './oracle-run.js';
import { GYM, type Rig, ROOM } from './rig.js';
import { readStore } from './stored-rows.js';
import { INFLUX_DATABASE } from './stores.js';

/** What came of the input, held against the oracle. */
export interface Verdict {
  decoded: number;
  stored: number;
  missing: number;
  twice: number;
  dropped: Record<string, number>;
  /** Lost with the end of a spool that was cut. */
  cutOff: number;
  seconds: number;
  /** What is not as it must be, a sentence each; missing and twice among them. */
  faults: string[];
}

const REST_DEADLINE_MS = 60_000;
/** The last reading is held for 5 s, and a second closes a little after its end. */
const HELD_MS = 8000;

/** Brings everything to rest, ends it, and compares what is stored with what the bytes make: readings, member-seconds, totals and both ledgers. */
export async function judge(rig: Rig, mayDrop: readonly string[] | undefined, say: (line: string) => void): Promise<Verdict> {
  const faults: string[] = [];
  await Promise.all(rig.gateways.map(({ part }) => part.stop()));
  await Promise.all(rig.gateways.flatMap(({ lives }) => lives.map(({ written }) => written)));
  say('gateways stopped; what they still hold is drained');
  await rig.startSilent();
  const lives = await expectedLives(rig);
  const lastAt = Math.max(...lives.flatMap(({ readings }) => readings.at(-1)?.at ?? []));
  const healths = await GatewayHealths.open(rig.mqttUrl);
  await eventually('everything at rest', () => isAtRest(rig, healths, lastAt), REST_DEADLINE_MS).catch((error: Error) =>
    faults.push(error.message),
  );
  const told = await ledger(rig.url);
  for (const { id } of rig.gateways) {
    const its = healths.of(id);
    if (its) faults.push(...healthFaults(id, its), ...disagreements(told, id, its));
    else faults.push(`${id} does not answer`);
  }
  await healths.close();
  const api = await readApi(rig);
  await Promise.all(rig.gateways.map(({ part }) => part.stop()));
  await rig.processor.stop();
  say('everything stopped; the store is compared');

  const store = rig.influx
    ? await readInflux(`http://127.0.0.1:${rig.influx.port}`, rig.influx.token, INFLUX_DATABASE, api.derivedUntil - 1000)
    : await readStore(rig.storeFile);
  const compared = compareReadings(lives, store.readings);
  const losses = explainLosses(
    lives,
    compared,
    told,
    rig.gateways.flatMap(({ cuts }) => cuts),
    mayDrop,
  );
  const expected = secondsOf(rig, compared.found);
  const seconds = compareSeconds(
    expected.filter(({ at }) => at <= (store.watermarkAt ?? 0)),
    store.seconds,
  );
  faults.push(
    ...readingFaults(compared, losses),
    ...losses.faults,
    ...seconds.faults,
    ...ledgerFaults(told, true),
    ...compareBoard(api.board, expected),
    ...memberFaults(api.members, expected),
  );
  const { decoded, stored, twice } = compared;
  const { dropped, cutOff, unexplained } = losses;
  return { decoded, stored, missing: unexplained.length, twice: twice.length, dropped, cutOff, seconds: seconds.seconds, faults };
}

async function isAtRest(rig: Rig, healths: GatewayHealths, lastAt: number): Promise<boolean> {
  if (!(await allCaughtUp(rig, healths))) return false;
  const { thisEpoch, spools } = await ledger(rig.url);
  return thisEpoch.waiting === 0 && spools.every(({ open }) => open === 0) && (await health(rig.url)).derivedUntil >= lastAt + HELD_MS;
}

/** What the API says at rest. */
async function readApi({ url }: Rig) {
  const shown = await board(url, GYM, ROOM);
  const members = new Map<string, MemberHeartRate>();
  for (const { member } of shown.members) members.set(member, await get(url, `/api/v1/members/${member}/heart-rate?gym=${GYM}&limit=1`));
  return { board: shown, members, derivedUntil: (await health(url)).derivedUntil };
}

function secondsOf({ options: { air, gateways } }: Rig, found: readonly StoredRow[]): MemberSecond[] {
  const readings = found.map(({ reading, ...of }): StoredReading => ({ ...reading, ...of }));
  return expectedSeconds(
    readings,
    air.kind === 'simulated' ? demoRoster(air.straps, { ...DEFAULT_CLASS, seed: air.seed, gateway: gateways[0]! }) : guestsOnly(),
    Number.POSITIVE_INFINITY,
  );
}

function readingFaults({ twice, foreign, misnumbered }: ReadingsComparison, { unexplained }: Losses): string[] {
  const name = ({ gateway, spool, number }: StoredRow) => `${number} of ${spool} (${gateway})`;
  return [
    ...unexplained.map(({ life, number, reading }) => `missing: reading ${number} of ${life}: ${JSON.stringify(reading)}`),
    ...twice.map((row) => `twice: reading ${name(row)}: ${JSON.stringify(row.reading)}`),
    ...foreign.map((row) => `no byte makes reading ${name(row)}: ${JSON.stringify(row.reading)}`),
    ...misnumbered.map((row) => `reading ${name(row)} has another place in its life`),
  ];
}

/** The summary of each member's stored seconds. */
function memberFaults(members: ReadonlyMap<string, MemberHeartRate>, expected: readonly MemberSecond[]): string[] {
  const byMember = groupBy(expected, ({ member }) => member);
  return [...members].flatMap(([member, { seconds, meanBpm, minBpm, maxBpm }]) => {
    const mine = byMember.get(member) ?? [];
    const tenths = mine.reduce((sum, second) => sum + Math.round(second.meanBpm * 10), 0);
    const due = {
      seconds: mine.length,
      meanBpm: Math.round(tenths / mine.length) / 10,
      minBpm: Math.min(...mine.map((second) => second.minBpm)),
      maxBpm: Math.max(...mine.map((second) => second.maxBpm)),
    };
    const told = JSON.stringify({ seconds, meanBpm, minBpm, maxBpm });
    return told === JSON.stringify(due) ? [] : [`the API tells of ${member} ${told} instead of ${JSON.stringify(due)}`];
  });
}
