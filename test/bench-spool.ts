/** The spool under crashes, and what it costs a card. */
import { parseArgs } from 'node:util';
import { Chance } from './simulation/chance.js';
import { type Crash, crash } from './spool/crash.js';
import { measureAmplification } from './spool/write-amplification.js';

const USAGE = `Kills a process that writes a spool, cuts its files, looks what is left; then counts what reaches the disk.

  npm run bench:spool -- [--crashes 200] [--seed 1]`;
const STRAPS = 40;
/** Of 40 straps at 120 beats a minute. */
const READINGS_PER_SECOND = 2 * STRAPS;
const SECONDS = 300;
const MAX_AMPLIFICATION = 2;

const { values } = parseArgs({
  options: { crashes: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit();
}

let faults = 0;
const out = (line: string) => process.stdout.write(`${line}\n`);
for (const [i, kind] of (['kill -9', 'power cut'] as const satisfies Crash[]).entries()) {
  const chance = new Chance(Number(values.seed) + i);
  const sum = { appended: 0, synced: 0, recovered: 0 };
  const times = Math.ceil(Number(values.crashes) / 2);
  for (let n = 1; n <= times; n++) {
    const result = await crash(kind, chance);
    for (const key of ['appended', 'synced', 'recovered'] as const) sum[key] += result[key];
    for (const fault of result.faults) out(`  ${kind} ${n}: ${fault}`);
    faults += result.faults.length;
  }
  out(`${times} × ${kind}: ${sum.appended} appended, ${sum.synced} of them synced, ${sum.recovered} found again; faults so far: ${faults}`);
}
const { payloadBytes, writtenBytes, source } = measureAmplification(READINGS_PER_SECOND, SECONDS);
const ratio = writtenBytes / payloadBytes;
out(
  `Write amplification with ${STRAPS} straps (${READINGS_PER_SECOND} readings a second, ${SECONDS} syncs): ${ratio.toFixed(2)} ` +
    `(${writtenBytes} bytes for ${payloadBytes}; ${source}); target below ${MAX_AMPLIFICATION}`,
);
process.exitCode = faults === 0 && ratio < MAX_AMPLIFICATION ? 0 : 1;
