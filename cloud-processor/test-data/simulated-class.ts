import type { Id, Reading } from '@pulseboard/contract';
import { inOrder, type StoredReading } from '../aggregation/stored-reading.js';
import { between, createRandom, pick, type Random } from './random.js';
import { T0 } from './readings.js';

/** A room full of straps as its gateways decode them: readings in order of time, each with its spool and number. */
export interface SimulatedClass {
  gym: Id;
  rooms: Id[];
  readings: StoredReading[];
}

interface Receiver {
  gateway: Id;
  room: Id;
  spool: string;
  clockOffsetMs: number;
  loss: number;
}

type Kind = 'ant' | 'ble' | 'foot-pod';
const BROADCAST_MS = 250;

/**
 * Straps and foot pods, three gateways in two rooms whose clocks differ, losses, gaps, lost contact, bags, people who change the room, counters that wrap.
 * @param seed the same seed is the same class
 */
export function simulatedClass(seed: number, { gym = 'demo', seconds = 45, begin = T0 } = {}): SimulatedClass {
  const random = createRandom(seed);
  const rooms = ['floor', 'studio'];
  const receivers = ['gateway-1', 'gateway-2', 'gateway-3'].map((gateway, i) => ({
    gateway,
    room: rooms[i % 2]!,
    spool: `spool${i}${gym.replaceAll('-', '')}`,
    clockOffsetMs: between(random, -250, 250),
    loss: pick(random, [0, 0.1, 0.4]),
  }));
  const sensors: [Id, Kind][] = [
    ['ant-hr-1', 'ant'],
    ['ant-hr-2', 'ant'],
    ['ant-hr-3', 'ant'],
    ['ble-a0b1c2d3e4f5', 'ble'],
    ['ble-a0b1c2d3e4f6', 'ble'],
    ['ant-sdm-1', 'foot-pod'],
  ];
  const heard = sensors.flatMap(([sensor, kind]) => broadcasts(sensor, kind, random, seconds, receivers));
  const numbers = new Map<string, number>();
  const readings = heard
    .map(({ receiver: { clockOffsetMs, loss: _, ...from }, ...reading }) => ({
      ...reading,
      ...from,
      gym,
      at: begin + reading.ms + clockOffsetMs,
      number: 0,
    }))
    .sort((a, b) => a.at - b.at || (a.sensor < b.sensor ? -1 : 1))
    .map(({ ms: _, ...reading }) => {
      reading.number = (numbers.get(reading.spool) ?? 0) + 1;
      numbers.set(reading.spool, reading.number);
      return reading as StoredReading;
    });
  return { gym, rooms, readings: readings.sort(inOrder) };
}

interface Heard extends Omit<Reading, 'at'> {
  ms: number;
  receiver: Receiver;
}

function broadcasts(sensor: Id, kind: Kind, random: Random, seconds: number, receivers: readonly Receiver[]): Heard[] {
  const out: Heard[] = [];
  const last = new Map<Id, { count: number; ms: number }>();
  const wrap = kind === 'foot-pod' ? 512 : 256;
  let bpm = between(random, 60, 190);
  let count = between(random, 0, wrap - 1);
  let due = 0;
  let mode = 'worn';
  let ears = receivers.filter(() => random() < 0.7);
  let untold: number[] = [];
  for (let ms = between(random, 0, 8000); ms < seconds * 1000; ms += BROADCAST_MS) {
    if (random() < 0.01) mode = pick(random, ['worn', 'worn', 'worn', 'bag', 'off', 'silent']);
    if (random() < 0.005) ears = receivers.filter(() => random() < 0.6);
    due += mode === 'worn' ? (bpm * BROADCAST_MS) / 60_000 : 0;
    for (; due >= 1; due--) {
      count = (count + 1) % wrap;
      untold.push(Math.round(600_000 / bpm) / 10);
      bpm = Math.max(45, Math.min(200, bpm + between(random, -2, 2)));
    }
    if (mode === 'silent') continue;
    if (kind === 'ble') {
      if (ms % 1000 >= BROADCAST_MS) continue;
      const contact = mode !== 'off';
      for (const receiver of ears) {
        const told = contact ? { heartRateBpm: bpm, beats: untold.length, rrIntervalsMs: untold } : {};
        out.push({ ms: ms + between(random, 0, 40), receiver, sensor, contact, ...told });
      }
      untold = [];
      continue;
    }
    for (const receiver of ears) {
      if (random() < receiver.loss) continue;
      const before = last.get(receiver.gateway);
      if (before && before.count === count && ms - before.ms < 1000) continue;
      last.set(receiver.gateway, { count, ms });
      const rssiDbm = -between(random, 40, 90);
      const counters =
        kind === 'foot-pod'
          ? { steps: count }
          : mode === 'off'
            ? { beatCount: count, contact: false }
            : { beatCount: count, heartRateBpm: bpm };
      out.push({ ms: ms + between(random, 0, 5), receiver, sensor, rssiDbm, ...counters });
    }
  }
  return out;
}
