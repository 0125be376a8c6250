/** Measures the way of a heartbeat from the radio's byte to the WebSocket of the page, with a full room. */
import { parseArgs } from 'node:util';
import type { LivePicture } from '@pulseboard/contract';
import { WebSocket } from 'ws';
import { cleanUp, startSystem } from './harness/system.js';

const STRAPS = 40;
/** Of the design, from byte to picture; the browser's own share comes on top of what is measured here. */
const TARGET_P50_MS = 70;
const TARGET_P99_MS = 150;
/** Caches and the just-in-time compiler. */
const WARM_UP_MS = 5000;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
const seconds = Number(values.seconds);
if (!(seconds > 0)) {
  process.stderr.write('--seconds must be a number above 0.\n');
  process.exit(1);
}

try {
  const { child, url } = await startSystem({ PULSEBOARD_STRAPS: String(STRAPS) });
  process.stdout.write(`${STRAPS} straps, ${seconds} s\n`);
  const latencies = await measure(`${url.replace(/^http/, 'ws')}/live`);
  await child.stop();
  process.exitCode = report(latencies) ? 0 : 1;
} finally {
  await cleanUp();
}

/** From `lastReadingAt`, which is the time of the byte's reception, to the receipt of the row that first shows it. */
function measure(liveUrl: string): Promise<number[]> {
  const shown = new Map<string, number>();
  const latencies: number[] = [];
  const socket = new WebSocket(liveUrl);
  const countFrom = Date.now() + WARM_UP_MS;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      const receivedAt = Date.now();
      const { type, rows } = JSON.parse(String(data)) as LivePicture;
      for (const { member, lastReadingAt } of rows) {
        if (lastReadingAt <= (shown.get(member) ?? 0)) continue;
        shown.set(member, lastReadingAt);
        if (type === 'delta' && receivedAt >= countFrom) latencies.push(receivedAt - lastReadingAt);
      }
      if (receivedAt < countFrom + seconds * 1000) return;
      socket.close();
      resolve(latencies);
    });
  });
}

/** @returns whether the targets are met */
function report(latencies: number[]): boolean {
  latencies.sort((a, b) => a - b);
  const quantile = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? Number.NaN;
  const [p50, p99] = [quantile(0.5), quantile(0.99)];
  process.stdout.write(`byte to WebSocket: ${latencies.length} readings, p50 ${p50} ms, p99 ${p99} ms, max ${latencies.at(-1)} ms\n`);
  const met = p50 < TARGET_P50_MS && p99 < TARGET_P99_MS;
  process.stdout.write(`targets from byte to picture: p50 < ${TARGET_P50_MS} ms, p99 < ${TARGET_P99_MS} ms: ${met ? 'met' : 'not met'}\n`);
  return met;
}
