import { readFileSync } from 'node:fs';
import { printable } from '@pulseboard/contract';
import { gatewayCommands } from './gateway-commands.js';
import { runUntilStopped, sentences } from './lifecycle.js';
import { type PartName, startParts } from './parts.js';

const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

/** Plain JavaScript, since it answers before anything is compiled too. */
const help = (file: string): string => new URL(`../help/${file}`, import.meta.url).href;
const { ignoreClosedPipes } = (await import(help('closed-pipes.mjs'))) as { ignoreClosedPipes(): Promise<void> };
const { hasAnsweredAtOnce } = (await import(help('answer-at-once.mjs'))) as {
  hasAnsweredAtOnce(name: string, args: readonly string[]): boolean;
};

const out = (line: string) => process.stdout.write(`${printable(line)}\n`);
const err = (line: string) => process.stderr.write(`${printable(line)}\n`);

/** `main.js start|broker|processor|gateway|backup|restore [arguments]`. @returns the exit code, or undefined while it runs on */
async function main([name = '', ...args]: string[]): Promise<number | undefined> {
  const unread = ignoreClosedPipes();
  if (hasAnsweredAtOnce(name, args)) return undefined;
  if (name === 'backup' || name === 'restore') {
    const { runBackup, runRestore } = await import('./backup-command.js');
    return (name === 'backup' ? runBackup : runRestore)(args, { version, out });
  }
  if (name === 'gateway' && args[0] !== undefined) return gatewayCommands[args[0]]!(args.slice(1), { out, err, unread });
  if (name === 'processor' && args[0] === 'dead-letters') {
    const { runDeadLetters } = await import('./dead-letters.js');
    return runDeadLetters(args.slice(1), { out, err });
  }
  if (name === 'processor' && args[0] === 'influx-restarted') {
    const { runInfluxRestarted } = await import('./influx-restarted.js');
    return runInfluxRestarted({ out, err });
  }
  return runUntilStopped((stopping) => startParts(name as PartName, { version, out, stopping }), { out, err });
}

main(process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    for (const line of sentences(error)) err(line);
    process.exitCode = 1;
  },
);
