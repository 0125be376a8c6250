import { parseArgs } from 'node:util';
import { campaign } from './simulation/campaign.js';
import { mistakes } from './simulation/mistakes.js';
import type { StorageKind } from './simulation/variant.js';

const USAGE = `npm run bench:simulation -- [--runs 500] [--seed 1] [--storage transactional|idempotent] [--mistake NAME] [--table]
Runs the protocol of gateway and processor through seeded faults; exits with 1 when a check fails, and names the seed.
--table runs each deliberate mistake, too, and exits with 1 when one is not caught: ${Object.keys(mistakes).join(', ')}`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    storage: { type: 'string' },
    mistake: { type: 'string' },
    table: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const kinds: readonly StorageKind[] = ['transactional', 'idempotent'];
const storages = kinds.filter((kind) => values.storage === undefined || kind === values.storage);
const runs = Number(values.runs);
const seed = Number(values.seed);
const isKnown = values.mistake === undefined || values.mistake in mistakes;

if (values.help || !isKnown || storages.length === 0 || !Number.isInteger(runs) || !Number.isInteger(seed)) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const mistake = values.mistake === undefined ? {} : mistakes[values.mistake]!;
  const outcome = show(values.mistake ?? 'as designed', mistake);
  console.log(outcome.figures);
  if (outcome.failed) process.exitCode = 1;
  if (values.table) for (const [name, each] of Object.entries(mistakes)) if (show(name, each).failed === 0) process.exitCode = 1;
}

function show(name: string, mistake: (typeof mistakes)[string]) {
  const outcome = campaign({ seed, runs, storages, mistake });
  const { failed, byCheck, firstFailure = '' } = outcome;
  console.log(`${name.padEnd(24)} ${String(failed).padStart(5)} of ${outcome.runs} runs fail  ${JSON.stringify(byCheck)}  ${firstFailure}`);
  return outcome;
}
