/** Appends readings to a spool as fast as it can, and says so: `appended n` when `append` returned, `synced n file bytes` when a sync did. Ends when it is killed, or at a number: with `charged bytes`, what the kernel wrote for it. */
import { existsSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DiskSpool } from '@pulseboard/edge-gateway/spool';
import { readingOf } from './readings.js';

const [folder, id, readingsPerSync, segmentBytes, until] = process.argv.slice(2) as [string, string, string, string, string?];
const disk = DiskSpool.open({ folder, gateway: 'gateway-1', id, machineBoot: 'bench', segmentBytes: Number(segmentBytes) });
disk.anchor({ offsetMs: 0, state: 'synced' });
const say = (line: string) => writeSync(1, `${line}\n`);

for (let n = 1; n <= Number(until ?? Number.POSITIVE_INFINITY); n++) {
  disk.append(n, readingOf(n));
  say(`appended ${n}`);
  if (n % Number(readingsPerSync) === 0) {
    await disk.sync(n);
    const newest = readdirSync(join(folder, id))
      .filter((name) => name.endsWith('.segment'))
      .sort()
      .at(-1)!;
    say(`synced ${n} ${newest} ${statSync(join(folder, id, newest)).size}`);
  } else await turn();
}
disk.close();
const io = '/proc/self/io';
if (existsSync(io)) say(`charged ${/write_bytes: (\d+)/.exec(readFileSync(io, 'utf8'))![1]}`);
