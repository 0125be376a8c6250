import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Child } from '../harness/child.js';
import type { Life } from './compare-readings.js';
import type { ExpectedLine } from './oracle.js';
import type { GatewayRig, Rig } from './rig.js';

const oracleScript = fileURLToPath(new URL('./oracle.js', import.meta.url));

/** What the bytes that each process of each gateway heard make: asked of the oracle, which is a program of its own. */
export async function expectedLives(rig: Rig): Promise<Life[]> {
  const lives = await Promise.all(rig.gateways.map((gateway) => livesOf(gateway, join(rig.folder, `${gateway.id}.expected.jsonl`))));
  return lives.flat();
}

async function livesOf({ id, lives }: GatewayRig, out: string): Promise<Life[]> {
  const oracle = new Child(process.execPath, [oracleScript, out, ...lives.map(({ radioLog }) => radioLog)]);
  const { code } = await oracle.exited;
  if (code !== 0) throw new Error(`The oracle ended with ${code}:\n${oracle.stderr.join('\n')}`);
  const expected = new Map<string, ExpectedLine[]>(lives.map(({ radioLog }) => [nameOf(radioLog), []]));
  for await (const text of createInterface({ input: createReadStream(out) })) {
    const line = JSON.parse(text) as ExpectedLine;
    expected.get(line.life)!.push(line);
  }
  return lives.map(({ radioLog, wasKilled }) => {
    const lines = expected.get(nameOf(radioLog))!;
    return {
      name: nameOf(radioLog),
      gateway: id,
      readings: lines.map(({ reading }) => reading),
      isLastUncertain: wasKilled && lines.at(-1)?.isOfLastFrame === true,
    };
  });
}

const nameOf = (radioLog: string): string => radioLog.slice(radioLog.lastIndexOf('/') + 1);
