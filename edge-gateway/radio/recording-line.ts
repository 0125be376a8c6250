import type { RadioEvent } from './radio-source.js';

/**
 * A recording is lines of JSON. `recording` begins one process that wrote it. Until its `anchor` the times of its frames are the boot's own,
 * to which `offsetMs` is added; after it, and without one, they are UTC ms. `bytes` are hexadecimal, as they came off the air.
 */
export type RecordingLine =
  | { kind: 'recording'; v: 1 }
  | { kind: 'anchor'; offsetMs: number }
  | { kind: RadioEvent['kind']; event: RadioEvent };

export const headerLine = (): string => JSON.stringify({ kind: 'recording', v: 1 });
export const anchorLine = (offsetMs: number): string => JSON.stringify({ kind: 'anchor', offsetMs });
/** @param at the time to be written in the place of the event's own */
export const eventLine = ({ bytes, ...event }: RadioEvent, at: number): string =>
  JSON.stringify({ ...event, at, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex') });

/** @returns undefined when the line is none of a recording. Never throws */
export function parseRecordingLine(text: string): RecordingLine | undefined {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof line !== 'object' || line === null) return undefined;
  const { kind } = line;
  if (kind === 'recording') return line.v === 1 ? { kind, v: 1 } : undefined;
  if (kind === 'anchor') return Number.isSafeInteger(line.offsetMs) ? { kind, offsetMs: line.offsetMs as number } : undefined;
  const event = eventOf(line);
  return event && { kind: event.kind, event };
}

type BleHeard = Pick<Extract<RadioEvent, { address: string }>, 'at' | 'bytes' | 'address' | 'addressType' | 'rssiDbm'>;

const HEX = /^(?:[0-9a-f]{2})*$/i;
const ADDRESS = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;
const CHARACTERISTICS: readonly unknown[] = ['2a37', '2a53', '2a19'];

function eventOf(line: Record<string, unknown>): RadioEvent | undefined {
  const { kind, at, bytes: hex, address, addressType, rssiDbm, characteristic, companyId } = line;
  if (!Number.isSafeInteger(at) || typeof hex !== 'string' || !HEX.test(hex)) return undefined;
  const heard = { at: at as number, bytes: new Uint8Array(Buffer.from(hex, 'hex')) };
  if (kind === 'ant-frame') return { kind, ...heard };
  if (typeof address !== 'string' || !ADDRESS.test(address)) return undefined;
  const from: BleHeard = { ...heard, address };
  if (addressType === 'public' || addressType === 'random') from.addressType = addressType;
  if (Number.isSafeInteger(rssiDbm)) from.rssiDbm = rssiDbm as number;
  if (kind === 'ble-notification' && CHARACTERISTICS.includes(characteristic))
    return { kind, ...from, characteristic: characteristic as '2a37' | '2a53' | '2a19' };
  if (kind === 'ble-advertisement' && Number.isSafeInteger(companyId)) return { kind, ...from, companyId: companyId as number };
  return undefined;
}
