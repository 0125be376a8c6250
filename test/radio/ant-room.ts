import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Child } from '../harness/child.js';
import { mainScript } from '../harness/environment.js';
import { eventually } from '../harness/eventually.js';
import { ReadingCollector } from '../harness/reading-collector.js';
import { measureProcess, type ProcessCost } from './process-cost.js';
import { RoomOfStraps } from './room-of-straps.js';

export interface AntRoomResult {
  frames: number;
  /** Beats that the straps had, and those that are in the readings, over all straps. */
  beats: number;
  countedBeats: number;
  /** Straps with a beat too few or too many. */
  wrongStraps: string[];
  cost: ProcessCost;
}

const hook = fileURLToPath(new URL('fake-stick-process.js', import.meta.url));
const SEND_EVERY_MS = 20;
/** The gateway starts, and what it compiles at first is not counted. */
const WARM_UP_MS = 3000;

/** A gateway process with the real `ant-plus` over a made-up stick, in a room of straps that send in real time. @param mqttUrl of a broker */
export async function runAntRoom(
  mqttUrl: string,
  spoolDir: string,
  { straps, seconds }: { straps: number; seconds: number },
): Promise<AntRoomResult> {
  const readings = new ReadingCollector();
  await readings.open(mqttUrl);
  const feed = await openFeed();
  const gateway = new Child(process.execPath, ['--import', hook, mainScript, 'gateway'], {
    env: {
      PULSEBOARD_RADIO: 'ant',
      PULSEBOARD_BROKER_URL: mqttUrl,
      PULSEBOARD_SPOOL_DIR: spoolDir,
      PULSEBOARD_LOG_LEVEL: 'warn',
      FAKE_STICK_PORT: String(feed.port),
    },
  });
  const stick = await feed.scanning;
  const room = new RoomOfStraps(straps);
  let frames = 0;
  const beganMs = performance.now();
  const send = () => {
    const due = room.framesUntil(performance.now() - beganMs);
    frames += due.length;
    stick.write(Buffer.concat(due.flatMap((frame) => [Buffer.of(frame.length), frame])));
  };
  const timer = setInterval(send, SEND_EVERY_MS);
  await sleep(Math.min(WARM_UP_MS, (seconds * 1000) / 3));
  const cost = measureProcess(gateway.pid);
  await sleep(beganMs + seconds * 1000 - performance.now());
  const taken = cost();
  clearInterval(timer);
  send();
  const expected = room.beats();
  await eventually('the last beat of each strap', () =>
    [...room.lastCounts()].every(([sensor, count]) => readings.bySensor().get(sensor)?.at(-1)?.beatCount === count),
  ).catch(() => {});
  await gateway.stop();
  await readings.close();
  feed.close();
  const counted = new Map([...readings.bySensor()].map(([sensor, of]) => [sensor, beatsOf(of.map(({ beatCount }) => beatCount!))]));
  return {
    frames,
    beats: sum(expected.values()),
    countedBeats: sum(counted.values()),
    wrongStraps: [...expected].filter(([sensor, beats]) => counted.get(sensor) !== beats).map(([sensor]) => sensor),
    cost: taken,
  };
}

/** Every beat has a reading of its own: a step of more than one is a beat that was not told. */
function beatsOf(counts: readonly number[]): number {
  let beats = 0;
  for (const [i, count] of counts.entries()) {
    const step = i === 0 ? 0 : (count - counts[i - 1]!) & 0xff;
    if (step > 1) return Number.NaN;
    beats += step;
  }
  return beats;
}

async function openFeed(): Promise<{ port: number; scanning: Promise<Socket>; close(): void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let socket: Socket | undefined;
  const scanning = new Promise<Socket>((resolve) => {
    server.on('connection', (connected) => {
      socket = connected;
      connected.once('data', () => resolve(connected));
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    scanning,
    close() {
      socket?.destroy();
      server.close();
    },
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
