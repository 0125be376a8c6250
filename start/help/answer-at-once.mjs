/** Help, version and arguments that cannot be understood are answered before anything is installed or compiled. */
import { readFileSync } from 'node:fs';
import { closest } from './closest.mjs';
import { commandsWith } from './commands.mjs';
import { wrapLines } from './wrap.mjs';

/** @typedef {{ code: number, out: string[], err: string[] }} Answer */

const ASKS_FOR_HELP = new Set(['--help', '-h']);
const ASKS_FOR_VERSION = new Set(['--version', '-v']);
const PLAIN_COLUMNS = 80;
/** Control characters that JSON leaves as they are, and those that turn the direction of text. */
const UNPRINTABLE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const readJson = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

/**
 * @param {string} name `start`, `gateway` …
 * @param {readonly string[]} args
 * @param {number} [columns] of the terminal
 * @returns {Answer | undefined} nothing when the command has to run
 */
export function answerAtOnce(name, args, columns = PLAIN_COLUMNS) {
  if (args.length === 0 && name !== 'restore') return undefined;
  const help = readJson('generated/help.json');
  const commands = commandsWith(help.usage, help.messageKinds);
  const part = commands[name];
  const sub = args[0] !== undefined && Object.hasOwn(part.subcommands ?? {}, args[0]) ? part.subcommands[args[0]] : undefined;
  const [command, rest] = sub ? [sub, args.slice(1)] : [part, args];
  const say = (lines) => ({ code: 0, out: wrapLines(lines, columns), err: [] });
  const refuse = (sentence) => ({ code: 1, out: [], err: [sentence] });

  if (rest.some((arg) => ASKS_FOR_HELP.has(arg)) || (rest.length === 1 && rest[0] === 'help'))
    return say([...command.usage, ...settingsLines(help, command.parts)]);
  if (rest.length === 1 && ASKS_FOR_VERSION.has(rest[0])) return say([readJson('../../package.json').version]);
  return refusal(command, rest, refuse);
}

/** @returns {Answer | undefined} nothing when the arguments can be understood */
function refusal(command, args, refuse) {
  const { options = [], words, most = 0, missing, subcommands = {} } = command;
  const positionals = [];
  for (let i = 0; i < args.length; i++) {
    const option = options.find((o) => args[i] === o || args[i].startsWith(`${o}=`));
    if (option && args[i] === option) i++;
    else if (!option && args[i].startsWith('-') && args[i] !== '-')
      return unknown(command, args[i], [...options, '--help', '--version'], refuse);
    else if (!option) positionals.push(args[i]);
  }
  if (words && positionals.length > 0 && !words.includes(positionals[0])) return unknown(command, positionals[0], words, refuse);
  if (positionals.length > most) {
    const names = Object.keys(subcommands);
    return unknown(command, positionals[most], most === 0 ? names : [], refuse);
  }
  return missing && positionals.length === 0 ? refuse(missing) : undefined;
}

function unknown(command, given, known, refuse) {
  const near = closest(given, known);
  const help = `${command.call.includes(' -- ') ? command.call : `${command.call} --`} --help`;
  const readable = JSON.stringify(given.length > 100 ? `${given.slice(0, 100)}…` : given).replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return refuse(`\`${command.call}\` does not know ${readable}; ${near ? `did you mean ${near}? ` : ''}${help} lists what it knows.`);
}

/** The settings of these parts, by topic. */
function settingsLines({ settings, topics }, parts) {
  if (!parts) return [];
  const lines = ['', 'Settings are environment variables, shown with their defaults:'];
  for (const [topic, title] of Object.entries(topics)) {
    const rows = settings.filter((setting) => setting.topic === topic && setting.parts.some((part) => parts.includes(part)));
    if (rows.length === 0) continue;
    lines.push('', title);
    for (const { name, default: value, meaning } of rows) lines.push(`  ${name}=${value}`, `      ${meaning.replaceAll('`', '')}`);
  }
  return [...lines, '', 'Pulseboard is no medical device.'];
}

/**
 * Writes the answer, if there is one.
 * @returns {boolean} whether there was one
 */
export function hasAnsweredAtOnce(name, args) {
  const answer = answerAtOnce(name, args, process.stdout.isTTY ? process.stdout.columns : undefined);
  if (!answer) return false;
  for (const line of answer.out) process.stdout.write(`${line}\n`);
  for (const line of answer.err) process.stderr.write(`${line}\n`);
  process.exitCode = answer.code;
  return true;
}
