import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a gateway heard, as it wrote it down before it decoded it. `at` is UTC ms, `bytes` hexadecimal. */
export type LoggedFrame =
  | { kind: 'ant-frame'; at: number; bytes: string }
  | { kind: 'ble-notification'; at: number; address: string; characteristic: string; bytes: string; rssiDbm?: number }
  | { kind: 'ble-advertisement'; at: number; address: string; companyId: number; bytes: string; rssiDbm?: number };

export class RadioLogError extends Error {
  readonly code = 'RADIO_LOG_DAMAGED';
}

/** Lines before this one have the boot's own time: the offset makes UTC of it. */
interface AnchorLine {
  kind: 'anchor';
  offsetMs: number;
}

/**
 * The frames of one process of a gateway, in order, all with UTC. The last line may be half there: a process that died while it wrote it had not decoded it yet.
 * @param offsetMs for a log without an anchor of its own, that of the process after it
 * @throws RadioLogError when any other line is no frame
 */
export async function* readRadioLog(path: string, offsetMs = 0): AsyncGenerator<LoggedFrame> {
  let missingMs = (await anchorOf(path)) ?? offsetMs;
  for await (const line of linesOf(path)) {
    if (line.kind === 'anchor') missingMs = 0;
    else yield missingMs === 0 ? line : { ...line, at: line.at + missingMs };
  }
}

/** Offset of the anchor of a log, ms; undefined when the process ended without one. */
export async function anchorOf(path: string): Promise<number | undefined> {
  for await (const line of linesOf(path)) if (line.kind === 'anchor') return line.offsetMs;
  return undefined;
}

/** Begins each process that wrote. */
const HEADER = '{"kind":"recording","v":1}';

async function* linesOf(path: string): AsyncGenerator<LoggedFrame | AnchorLine> {
  let damaged: string | undefined;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    if (text === HEADER) continue;
    if (damaged !== undefined) throw new RadioLogError(`${path} has a line that is no frame: ${damaged.slice(0, 80)}`);
    const line = parseLine(text);
    if (line) yield line;
    else damaged = text;
  }
}

function parseLine(text: string): LoggedFrame | AnchorLine | undefined {
  try {
    const line = JSON.parse(text) as LoggedFrame | AnchorLine;
    const isWhole = line.kind === 'anchor' ? Number.isInteger(line.offsetMs) : Number.isInteger(line.at) && typeof line.bytes === 'string';
    return isWhole ? line : undefined;
  } catch {
    return undefined;
  }
}
