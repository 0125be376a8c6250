import { readFileSync } from 'node:fs';
import type { SettingPart } from '@pulseboard/contract';
import { gatewayCommands } from './gateway-commands.js';
import { helpText } from './help.js';
import { runUntilStopped, sentences } from './lifecycle.js';
import { type PartName, startParts } from './parts.js';

const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

const PARTS: Record<PartName, readonly SettingPart[]> = {
  start: ['broker', 'processor', 'gateway'],
  broker: ['broker'],
  processor: ['processor'],
  gateway: ['gateway'],
};

const out = (line: string) => process.stdout.write(`${line}\n`);
const err = (line: string) => process.stderr.write(`${line}\n`);

/** `main.js start|broker|processor|gateway|backup|restore [arguments]`. @returns the exit code, or undefined while it runs on */
async function main([name, ...args]: string[]): Promise<number | undefined> {
  const part = name as PartName;
  if (args[0] === '--version') {
    out(version);
    return 0;
  }
  if (name === 'backup' || name === 'restore') {
    const { runBackup, runRestore } = await import('./backup-command.js');
    return (name === 'backup' ? runBackup : runRestore)(args, { version, out });
  }
  const command =
    part === 'gateway' && args[0] !== undefined && Object.hasOwn(gatewayCommands, args[0]) ? gatewayCommands[args[0]] : undefined;
  if (command) return command(args.slice(1), { out, err });
  if (part === 'processor' && args[0] === 'dead-letters') {
    const { runDeadLetters } = await import('./dead-letters.js');
    return runDeadLetters(args.slice(1), { out, err });
  }
  if (args[0] === '--help' || args[0] === '-h') {
    out(helpText(part, PARTS[part]));
    return 0;
  }
  if (args.length) {
    err(`"${args[0]}" is nothing that \`npm ${part === 'start' ? 'start' : `run ${part}`}\` knows; with -- --help it tells what it does.`);
    return 1;
  }
  return runUntilStopped((stopping) => startParts(part, { version, out, stopping }), err);
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
