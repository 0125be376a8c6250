import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RadioEvent } from '../radio/radio-source.js';

/** What the tests of this folder read out of frames, byte by byte, so that no decoder of ours vouches for an encoder of ours. */

export interface HeartRateFrame {
  deviceNumber: number;
  toggle: boolean;
  page: number;
  /** Bytes 1 to 3. */
  specific: number[];
  beatTicks: number;
  beatCount: number;
  computedBpm: number;
}

export function readHeartRateFrame(bytes: Uint8Array): HeartRateFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    deviceNumber: view.getUint16(13, true) | ((bytes[16]! >> 4) << 16),
    toggle: (bytes[4]! & 0x80) !== 0,
    page: bytes[4]! & 0x7f,
    specific: [...bytes.subarray(5, 8)],
    beatTicks: view.getUint16(8, true),
    beatCount: bytes[10]!,
    computedBpm: bytes[11]!,
  };
}

/** RR intervals of one strap in 1/1024 s by the rule of the radio reference, those above 2.5 s dropped. */
export function rrTicksOf(frames: readonly HeartRateFrame[]): number[] {
  const intervals: number[] = [];
  for (const [i, frame] of frames.entries()) {
    const before = frames[i - 1];
    if (!before || before.beatCount === frame.beatCount) continue;
    const previousTicks = frame.page === 4 ? frame.specific[1]! | (frame.specific[2]! << 8) : before.beatTicks;
    const isNext = ((frame.beatCount - before.beatCount) & 0xff) === 1;
    const ticks = (frame.beatTicks - previousTicks) & 0xffff;
    if ((frame.page === 4 || isNext) && ticks <= 2560) intervals.push(ticks);
  }
  return intervals;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** Order and kind and bytes of events as one text, to compare runs. */
export const transcript = (events: readonly RadioEvent[]): string =>
  events.map((event) => `${event.at} ${event.kind} ${'address' in event ? event.address : ''} ${hex(event.bytes)}`).join('\n');

export function* takeUntil(events: Iterable<RadioEvent>, at: number): Generator<RadioEvent> {
  for (const event of events) {
    if (event.at > at) return;
    yield event;
  }
}

/** `describe` for tests on real recordings, which lie beside the project; skipped, with the reason printed, where they are not. */
export function describeWithData(title: string, test: (dataDir: string) => void): void {
  const dataDir = join(projectRoot(), '..', 'shared', 'data');
  if (existsSync(dataDir)) {
    describe(title, () => test(dataDir));
    return;
  }
  process.stdout.write(`skipped: "${title}" needs the recordings in ../shared/data\n`);
  describe.skip(title, () => {
    it('needs recordings', () => {});
  });
}

function projectRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!isProjectRoot(dir)) dir = dirname(dir);
  return dir;
}

function isProjectRoot(dir: string): boolean {
  const file = join(dir, 'package.json');
  return dir === dirname(dir) || (existsSync(file) && 'workspaces' in JSON.parse(readFileSync(file, 'utf8')));
}
