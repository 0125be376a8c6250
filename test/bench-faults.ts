/** Does harm to the real parts, one fault after the other, and holds what is stored against what the bytes of the radio make. */
import { parseArgs } from 'node:util';
import { influxd } from '@pulseboard/cloud-processor/influx-server';
import { BROKERS, type BrokerKind, mosquittoPath } from './faults/brokers.js';
import { fullKnobs, shortKnobs } from './faults/knobs.js';
import { outcomeTable } from './faults/outcome-table.js';
import type { Rig } from './faults/rig.js';
import { type Outcome, runScenario } from './faults/run-scenario.js';
import type { Scenario } from './faults/scenario.js';
import { scenarios } from './faults/scenarios.js';
import { unmountAll } from './faults/small-disk.js';
import { STORES, type StoreKind } from './faults/stores.js';
import { hasWorkouts, NO_WORKOUTS } from './harness/environment.js';
import { cleanUp } from './harness/system.js';

const MOST_FAULTS_SHOWN = 12;

const USAGE = `npm run bench:faults -- [--only name,…] [--broker aedes|mosquitto] [--store duckdb|influx] [--seed n] [--seconds n] [--short] [--keep]
Starts broker, processor and several gateways as processes of their own, does harm to them, waits until all is made up for, and
compares the store row by row with what the bytes that the gateways heard make. Exits with 1 when anything is missing, stands there
twice or does not balance.

  --only     some of the scenarios, by name
  --broker   ours (aedes, default) or Debian's mosquitto
  --store    the processor's own (duckdb, default) or an InfluxDB (influx): Debian's, or what TEST_INFLUXD names: the path of an influxd,
             or 1.12.4, 2.7.12 or 2.9.1 for a stand-in
  --seed     of everything that is left to chance; default 1
  --seconds  how long each fault lasts; default 30
  --short    shorter faults, fewer gateways
  --keep     keeps folders, radio logs and logs of scenarios that fail, and says where

${scenarios.map(({ name, what }) => `  ${name.padEnd(18)} ${what}`).join('\n')}`;

const out = (line: string) => process.stdout.write(`${line}\n`);

let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // One Ctrl-C comes twice under npm.
    if (isInterrupted) return;
    isInterrupted = true;
    void tidyUp().finally(() => process.exit(130));
  });
process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'string') {
    (options === USAGE ? process.stdout : process.stderr).write(`${options}\n`);
    return options === USAGE ? 0 : 2;
  }
  if (!hasWorkouts) out(`${NO_WORKOUTS}: a simulated class is worn instead.`);
  const outcomes: Outcome[] = [];
  let broken = 0;
  try {
    for (const scenario of options.chosen) {
      out(`\n${scenario.name}: ${scenario.what}`);
      const obstacle = scenario.obstacle?.(options.knobs);
      if (obstacle) {
        out(`  not run: ${obstacle}`);
        continue;
      }
      const outcome = await runOne(scenario, options);
      if (outcome) outcomes.push(outcome);
      else broken++;
    }
  } finally {
    await tidyUp();
  }
  out('');
  for (const line of outcomeTable(outcomes)) out(line);
  return broken || outcomes.some(({ faults }) => faults.length) ? 1 : 0;
}

type Options = Exclude<ReturnType<typeof readOptions>, string>;

/** @returns undefined when the scenario did not come to its end */
async function runOne(scenario: Scenario, { knobs, keep }: Options): Promise<Outcome | undefined> {
  const begun = performance.now();
  const say = (line: string) => out(`  ${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  const onEnd = (rig: Rig, outcome: Outcome | undefined) => {
    if (keep && (!outcome || outcome.faults.length)) say(`kept in ${rig.keep(scenario.name)}`);
  };
  try {
    const outcome = await runScenario(scenario, knobs, say, onEnd);
    for (const line of outcomeTable([outcome])) out(`  ${line}`);
    for (const fault of outcome.faults.slice(0, MOST_FAULTS_SHOWN)) out(`  FAULT ${fault}`);
    if (outcome.faults.length > MOST_FAULTS_SHOWN) out(`  … ${outcome.faults.length - MOST_FAULTS_SHOWN} more`);
    return outcome;
  } catch (error) {
    out(`  FAULT it did not come to its end: ${(error as Error).message}`);
    return undefined;
  }
}

/** @returns a text for people when the options are none, or ask for help */
function readOptions() {
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      options: {
        only: { type: 'string' },
        broker: { type: 'string', default: 'aedes' },
        store: { type: 'string', default: 'duckdb' },
        seed: { type: 'string', default: '1' },
        seconds: { type: 'string' },
        short: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    return `${(error as Error).message}\n\n${USAGE}`;
  }
  if (values.help) return USAGE;
  const names = values.only === undefined ? undefined : String(values.only).split(',');
  const unknown = names?.filter((name) => !scenarios.some((scenario) => scenario.name === name)) ?? [];
  if (unknown.length) return `There is no scenario ${unknown.join(', ')}; there are ${scenarios.map(({ name }) => name).join(', ')}.`;
  const broker = values.broker as BrokerKind;
  if (!BROKERS.includes(broker)) return `--broker must be ${BROKERS.join(' or ')}.`;
  if (broker === 'mosquitto' && !mosquittoPath()) return 'mosquitto is not installed.';
  const store = values.store as StoreKind;
  if (!STORES.includes(store)) return `--store must be ${STORES.join(' or ')}.`;
  if (store === 'influx' && !influxd) return 'influxd is not installed (Debian package influxdb).';
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) return '--seed must be a whole number.';
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (seconds !== undefined && !(seconds > 0)) return '--seconds must be a number above 0.';
  return {
    chosen: scenarios.filter(({ name }) => names?.includes(name) ?? true),
    knobs: (values.short ? shortKnobs : fullKnobs)(broker, seed, seconds, store),
    keep: values.keep === true,
  };
}

async function tidyUp(): Promise<void> {
  unmountAll();
  await cleanUp();
}
