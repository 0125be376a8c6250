import type { DemoPerson } from '@pulseboard/contract';
import { ANT_HEART_RATE_PERIOD_MS, ANT_SDM_PERIOD_MS } from './encode-ant.js';
import { encodeBatteryLevel } from './encode-ble.js';
import { AntFootPod } from './foot-pod.js';
import { heartBeats } from './heart-model.js';
import { mergeByTime } from './merge.js';
import { createPump, type PumpedRadio, type PumpOptions } from './pump.js';
import type { RadioEvent } from './radio-source.js';
import { createRandom, deriveSeed } from './random.js';
import { createReception } from './reception.js';
import { AntHeartRateStrap, BleHeartRateStrap, ROTATION_MESSAGES } from './strap-encoder.js';
import { createWorkoutProgram, type WorkoutProgram } from './workout-program.js';

const BLE_NOTIFICATION_PERIOD_MS = 1000;
const BLE_BATTERY_PERIOD_S = 60;
/** Every fifth strap is an old one that knows page 0 only. */
const isLegacyPlace = (place: number): boolean => place % 5 === 3;

export interface SimulatedClass {
  people: readonly DemoPerson[];
  /** 32 bits; the same seed gives the same bytes. */
  seed: number;
  /** UTC ms of the first moment. */
  startAt: number;
}

/** Everything that the antenna hears of a class, endless and in order of `at`: a pure function of its arguments. */
export function simulatedEvents({ people, seed, startAt }: SimulatedClass): Iterable<RadioEvent> {
  const start = Math.floor(startAt);
  const streams = people.flatMap((person, place) => {
    const seedOf = (part: Part): number => deriveSeed(seed, place, part);
    const strap: Wearer = { person, place, start, seedOf, program: createWorkoutProgram(person.effort, place, seedOf(Part.program)) };
    const heart = person.protocol === 'ant' ? antHeartRateEvents(strap) : bleHeartRateEvents(strap);
    return person.footPodDeviceNumber === undefined ? [heart] : [heart, footPodEvents(strap, person.footPodDeviceNumber)];
  });
  return mergeByTime(streams);
}

export interface SimulatedRadioOptions extends PumpOptions {
  people: readonly DemoPerson[];
  seed: number;
  /** UTC ms; default the clock's time now. */
  startAt?: number;
}

/** A class that never ends, in real time. */
export function createSimulatedRadio({ people, seed, startAt, ...pump }: SimulatedRadioOptions): PumpedRadio {
  return createPump('simulated', simulatedEvents({ people, seed, startAt: startAt ?? pump.clock() }), pump);
}

/** The independent sources of chance of one person. */
enum Part {
  program = 1,
  heart = 2,
  strap = 3,
  reception = 4,
  footPod = 5,
  footPodReception = 6,
}

interface Wearer {
  person: DemoPerson;
  place: number;
  start: number;
  seedOf: (part: Part) => number;
  program: WorkoutProgram;
}

function* antHeartRateEvents({ person, place, start, seedOf, program }: Wearer): Generator<RadioEvent> {
  const random = createRandom(seedOf(Part.strap));
  const reception = createReception(createRandom(seedOf(Part.reception)));
  const beats = heartBeats({ person, program, random: createRandom(seedOf(Part.heart)) });
  const strap = new AntHeartRateStrap({
    deviceNumber: person.antDeviceNumber!,
    identity: {
      manufacturerId: 1 + Math.floor(random() * 120),
      serialNumberHigh16: Math.floor(random() * 65_536),
      hardwareVersion: 1 + Math.floor(random() * 5),
      softwareVersion: 1 + Math.floor(random() * 30),
      modelNumber: 1 + Math.floor(random() * 10),
      batteryPercent: person.batteryPercent,
      operatingTimeS: Math.floor(random() * 1_000_000),
    },
    legacy: isLegacyPlace(place),
    firstMessage: Math.floor(random() * ROTATION_MESSAGES),
    clockTicks: Math.floor(random() * 65_536),
  });
  const phaseMs = random() * ANT_HEART_RATE_PERIOD_MS;
  let beat = beats.next().value;
  for (let n = 0; ; n++) {
    const atMs = phaseMs + n * ANT_HEART_RATE_PERIOD_MS;
    for (; beat.atMs <= atMs; beat = beats.next().value) strap.onBeat(beat);
    const bytes = strap.broadcast(atMs, reception.nextRssiDbm());
    if (reception.arrives() && !reception.dropOutAt(atMs)) yield { kind: 'ant-frame', at: start + Math.round(atMs), bytes };
  }
}

/** Notifications of one connection: the link layer repeats what was lost, so only drop-outs lose any. */
function* bleHeartRateEvents({ person, start, seedOf, program }: Wearer): Generator<RadioEvent> {
  const random = createRandom(seedOf(Part.strap));
  const reception = createReception(createRandom(seedOf(Part.reception)));
  const beats = heartBeats({ person, program, random: createRandom(seedOf(Part.heart)) });
  const strap = new BleHeartRateStrap();
  const address = person.bleAddress!;
  const phaseMs = random() * BLE_NOTIFICATION_PERIOD_MS;
  let beat = beats.next().value;
  for (; beat.atMs <= phaseMs - BLE_NOTIFICATION_PERIOD_MS; beat = beats.next().value) strap.onBeat(beat);
  strap.notification();
  for (let n = 0; ; n++) {
    const atMs = phaseMs + n * BLE_NOTIFICATION_PERIOD_MS;
    for (; beat.atMs <= atMs; beat = beats.next().value) strap.onBeat(beat);
    const from = { kind: 'ble-notification' as const, at: start + Math.round(atMs), address, rssiDbm: reception.nextRssiDbm() };
    const dropOut = reception.dropOutAt(atMs);
    if (!dropOut) {
      if (n % BLE_BATTERY_PERIOD_S === 0) yield { ...from, characteristic: '2a19', bytes: encodeBatteryLevel(person.batteryPercent) };
      yield { ...from, characteristic: '2a37', bytes: strap.notification() };
    } else if (dropOut % 2 === 0) {
      // Every other drop-out is a strap that slipped: still connected, and it says so.
      yield { ...from, characteristic: '2a37', bytes: strap.notificationWithoutContact() };
    } else {
      strap.forget();
    }
  }
}

function* footPodEvents({ start, seedOf, program }: Wearer, deviceNumber: number): Generator<RadioEvent> {
  const random = createRandom(seedOf(Part.footPod));
  const reception = createReception(createRandom(seedOf(Part.footPodReception)));
  const pod = new AntFootPod(deviceNumber, program, random);
  const phaseMs = random() * ANT_SDM_PERIOD_MS;
  for (let n = 0; ; n++) {
    const atMs = phaseMs + n * ANT_SDM_PERIOD_MS;
    const bytes = pod.broadcast(atMs, reception.nextRssiDbm());
    if (reception.arrives() && !reception.dropOutAt(atMs)) yield { kind: 'ant-frame', at: start + Math.round(atMs), bytes };
  }
}
