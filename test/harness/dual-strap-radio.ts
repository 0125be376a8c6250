import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '@pulseboard/contract';
import type * as Encoders from '../../edge-gateway/radio/encode-ant.js';
import type * as Hearts from '../../edge-gateway/radio/heart-model.js';
import type * as Merging from '../../edge-gateway/radio/merge.js';
import type * as Pumps from '../../edge-gateway/radio/pump.js';
import type { RadioEvent, RadioSource } from '../../edge-gateway/radio/radio-source.js';
import type * as Chance from '../../edge-gateway/radio/random.js';
import type * as Straps from '../../edge-gateway/radio/strap-encoder.js';
import { root } from './environment.js';

/** What the simulated class is made of; it has no strap that speaks both protocols, so one is put together here. */
const part = <T>(file: string): Promise<T> => import(pathToFileURL(join(root, 'edge-gateway', 'dist', 'radio', file)).href) as Promise<T>;
const [
  { ANT_HEART_RATE_PERIOD_MS },
  { heartBeats },
  { mergeByTime },
  { createPump },
  { createRandom },
  { AntHeartRateStrap, BleHeartRateStrap },
] = await Promise.all([
  part<typeof Encoders>('encode-ant.js'),
  part<typeof Hearts>('heart-model.js'),
  part<typeof Merging>('merge.js'),
  part<typeof Pumps>('pump.js'),
  part<typeof Chance>('random.js'),
  part<typeof Straps>('strap-encoder.js'),
]);

/** One heart, heard by its strap: on ANT+, and if it has an address by Bluetooth too. */
export interface WornStrap {
  seed: number;
  antDeviceNumber: number;
  bleAddress?: string;
}

const NOTIFICATION_PERIOD_MS = 1000;
const ANT_LOSS = 0.05;
/** Everybody works at this share of one and the same reserve. */
const EFFORT = 0.7;
const BODY = { restBpm: 60, trueHrMaxBpm: 190 };
const IDENTITY = {
  manufacturerId: 1,
  serialNumberHigh16: 7,
  hardwareVersion: 1,
  softwareVersion: 1,
  modelNumber: 1,
  batteryPercent: 80,
  operatingTimeS: 1000,
};

/** An antenna that hears them from `startAt` (UTC ms) on: the very bytes that straps send, of hearts as the simulated class has them. */
export function createStrapRadio(straps: readonly WornStrap[], startAt: number, clock: Clock): RadioSource {
  const streams = straps.flatMap((strap) => [antFrames(strap, startAt), ...(strap.bleAddress ? [notifications(strap, startAt)] : [])]);
  return createPump('made-up', mergeByTime(streams), { clock });
}

const beatsOf = ({ seed }: WornStrap) => heartBeats({ person: BODY, program: () => EFFORT, random: createRandom(seed) });

function* antFrames(worn: WornStrap, startAt: number): Generator<RadioEvent> {
  const reception = createRandom(worn.seed + 1);
  const strap = new AntHeartRateStrap({ deviceNumber: worn.antDeviceNumber, identity: IDENTITY });
  const beats = beatsOf(worn);
  let beat = beats.next().value;
  for (let atMs = 100; ; atMs += ANT_HEART_RATE_PERIOD_MS) {
    for (; beat.atMs <= atMs; beat = beats.next().value) strap.onBeat(beat);
    const bytes = strap.broadcast(atMs, -60);
    if (reception() >= ANT_LOSS) yield { kind: 'ant-frame', at: startAt + Math.round(atMs), bytes };
  }
}

function* notifications(worn: WornStrap, startAt: number): Generator<RadioEvent> {
  const strap = new BleHeartRateStrap();
  const beats = beatsOf(worn);
  let beat = beats.next().value;
  for (; beat.atMs <= 0; beat = beats.next().value) strap.onBeat(beat);
  strap.notification(); // nobody was connected
  for (let atMs = 600; ; atMs += NOTIFICATION_PERIOD_MS) {
    for (; beat.atMs <= atMs; beat = beats.next().value) strap.onBeat(beat);
    const from = { kind: 'ble-notification' as const, at: startAt + Math.round(atMs), address: worn.bleAddress!, rssiDbm: -70 };
    yield { ...from, characteristic: '2a37', bytes: strap.notification() };
  }
}
