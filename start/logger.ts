import { fstatSync } from 'node:fs';
import { printable, type SettingValues } from '@pulseboard/contract';
import { type DestinationStream, type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';

const STDERR = 2;

/** The log of this process, on standard error: lines to read in a terminal, JSON elsewhere, unless PULSEBOARD_LOG_FORMAT decides. */
export function createLogger({ logLevel, logFormat }: Pick<SettingValues, 'logLevel' | 'logFormat'>): Logger {
  const isTerminal = process.stderr.isTTY === true;
  const isText = logFormat === 'text' || (logFormat === 'auto' && isTerminal);
  const destination = pino.destination({ dest: STDERR, sync: true });
  const wantsColours = isTerminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return pino({ level: logLevel, base: null }, isText ? asText(destination, wantsColours) : destination);
}

/**
 * Turns lines of JSON into lines to read: `18:00:00 WARN processor: the sentence`, other fields behind it.
 * @param destination gets whole lines
 */
export function asText(destination: { write(text: string): unknown }, colours: boolean): DestinationStream {
  const pretty = prettyFactory({
    colorize: colours,
    translateTime: 'SYS:HH:MM:ss',
    errorLikeObjectKeys: [],
    ignore: 'part',
    messageFormat: (entry, key) => `${typeof entry.part === 'string' ? `${entry.part}: ` : ''}${String(entry[key] ?? '')}`,
    singleLine: true,
  });
  // What others named (a file, a strap, a broker) must not be obeyed by the terminal.
  const harmless = (_: string, value: unknown) => (typeof value === 'string' ? printable(value).replaceAll('\n', '\n    ') : value);
  return { write: (line) => void destination.write(pretty(JSON.parse(line, harmless)) ?? line) };
}

/**
 * Whether standard output and standard error are one place, such as a terminal or one file: what the log says is read there, and need not be said again.
 */
export function logIsReadWithOutput(): boolean {
  if (process.stdout.isTTY && process.stderr.isTTY) return true;
  try {
    const [out, err] = [fstatSync(1), fstatSync(STDERR)];
    return out.dev === err.dev && out.ino === err.ino;
  } catch {
    return false;
  }
}
