import { printable, type SettingValues } from '@pulseboard/contract';
import type { RunningIo } from './command-io.js';
import { openListening, parseListenArgs, steadyClock, UsageError, waitFor } from './listening.js';
import { ScanTable } from './scan-table.js';

const DRAW_INTERVAL_MS = 1000;
const PRINT_INTERVAL_MS = 250;
const CLEAR = '\u001b[2J\u001b[H';
const HOME = '\u001b[H';
const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

export const scanUsage: readonly string[] = [
  'Usage: npm run gateway -- scan [--seconds N]',
  '',
  'Shows each strap that the radios hear: protocol, heart rate, battery, signal strength, when, frames a second. Ctrl-C ends it.',
  'Radios and rules are those of the settings: PULSEBOARD_RADIO (auto), PULSEBOARD_ALLOW_SENSORS, PULSEBOARD_DENY_SENSORS, PULSEBOARD_MIN_RSSI_DBM.',
  'A stick or adapter serves one program: stop the gateway of this machine first.',
];

/**
 * The technician's ear: a table that is drawn again each second; into a file or pipe, lines as straps are heard, and the table at the end.
 * @returns exit code: 0 when somebody was heard, else 1
 */
export async function runScanCommand(args: string[], settings: SettingValues, io: RunningIo): Promise<number> {
  let wanted: ReturnType<typeof parseListenArgs>;
  try {
    wanted = parseListenArgs(args, 'scan');
    if (wanted.names.length > 0) throw new UsageError(`scan: "${wanted.names[0]}" means nothing to it. scan --help tells what it knows.`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(error.message);
    return 1;
  }
  if (wanted.help) {
    for (const line of scanUsage) io.out(line);
    return 0;
  }
  const { radio, gate } = await openListening(settings, steadyClock);
  const straps = new ScanTable(gate, steadyClock());
  radio.start((event) => straps.hear({ ...event, radio: event.radio ?? radio.name }));
  const { terminal } = io;
  const table = (columns?: number) => straps.lines(steadyClock(), radio.receivers(), columns);
  const show = terminal
    ? () => terminal.write(picture(table(terminal.columns), terminal.rows))
    : () => straps.newLines(steadyClock(), radio.receivers()).forEach(io.out);
  terminal?.write(CLEAR);
  const timer = setInterval(show, terminal ? DRAW_INTERVAL_MS : PRINT_INTERVAL_MS);
  await waitFor(wanted.seconds, io.stopping);
  clearInterval(timer);
  show();
  if (terminal) terminal.write('\n');
  else for (const line of ['', ...table()]) io.out(line);
  await radio.close();
  return straps.size > 0 ? 0 : 1;
}

/** Drawn over what was there before, so that nothing flickers; what does not fit is counted. */
function picture(lines: readonly string[], rows: number): string {
  const fits = Math.max(1, rows - 2);
  const shown = lines.length > fits ? [...lines.slice(0, fits - 1), `… and ${lines.length - fits + 1} more lines`] : lines;
  return `${HOME}${shown.map((line) => `${printable(line)}${CLEAR_LINE_END}\n`).join('')}${CLEAR_BELOW}`;
}
