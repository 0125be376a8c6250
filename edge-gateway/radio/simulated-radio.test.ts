import { type DemoPerson, demoClass } from '@pulseboard/contract';
import { type HeartRateFrame, readHeartRateFrame, rrTicksOf, takeUntil, transcript } from '../test-support/test-frames.js';
import type { RadioEvent } from './radio-source.js';
import { createSimulatedRadio, simulatedEvents } from './simulated-radio.js';

const startAt = 1_760_000_000_000;
const MINUTE_MS = 60_000;
const people = demoClass(12);

const eventsOf = (lastsMs: number, seed = 1, wearers: readonly DemoPerson[] = people): RadioEvent[] => [
  ...takeUntil(simulatedEvents({ people: wearers, seed, startAt }), startAt + lastsMs),
];
const isHeartRate = (event: RadioEvent): boolean => event.kind === 'ant-frame' && event.bytes[15] === 120;
const isFootPod = (event: RadioEvent): boolean => event.kind === 'ant-frame' && event.bytes[15] === 124;
const heartRateFrames = (events: readonly RadioEvent[], person?: DemoPerson): HeartRateFrame[] =>
  events
    .filter(isHeartRate)
    .map((event) => readHeartRateFrame(event.bytes))
    .filter((frame) => !person || frame.deviceNumber === person.antDeviceNumber);

describe('ten minutes of a class', () => {
  const events = eventsOf(10 * MINUTE_MS);

  it('come in order, at whole milliseconds', () => {
    expect(events.length).toBeGreaterThan(20_000);
    expect(events.filter(({ at }, i) => !Number.isInteger(at) || at < (events[i - 1]?.at ?? startAt))).toEqual([]);
  });

  it('are those of every strap and foot pod', () => {
    const devices = new Set(heartRateFrames(events).map((frame) => frame.deviceNumber));
    expect(devices).toEqual(new Set(people.flatMap((person) => person.antDeviceNumber ?? [])));
    const addresses = new Set(events.flatMap((event) => (event.kind === 'ble-notification' ? [event.address] : [])));
    expect(addresses).toEqual(new Set(people.flatMap((person) => person.bleAddress ?? [])));
    const pods = new Set(events.filter(isFootPod).map(({ bytes }) => bytes[13]! | (bytes[14]! << 8)));
    expect(pods).toEqual(new Set(people.flatMap((person) => person.footPodDeviceNumber ?? [])));
  });

  it('arrive at 4.06 Hz, less 3 % and the drop-outs, each strap with a phase of its own', () => {
    const straps = people.filter((person) => person.protocol === 'ant');
    const rates = straps.map((person) => heartRateFrames(events, person).length / 600);
    for (const rate of rates) {
      expect(rate).toBeLessThan(4.06);
      expect(rate).toBeGreaterThan(3.6);
    }
    const strap = events.filter(
      (event) => isHeartRate(event) && readHeartRateFrame(event.bytes).deviceNumber === straps[0]!.antDeviceNumber,
    );
    const periods = strap.map(({ at }) => (at - strap[0]!.at) / ((8070 / 32_768) * 1000));
    expect(Math.max(...periods.map((period) => Math.abs(period - Math.round(period))))).toBeLessThan(0.01);
    expect(
      new Set(
        events
          .filter(isHeartRate)
          .slice(0, straps.length)
          .map(({ at }) => at),
      ).size,
    ).toBeGreaterThan(straps.length / 2);
  });

  it('have both wraps, and intervals of a working heart all the same', () => {
    const frames = heartRateFrames(events, people[0]);
    const falls = (of: (frame: HeartRateFrame) => number) => frames.filter((frame, i) => i > 0 && of(frame) < of(frames[i - 1]!)).length;
    expect(falls((frame) => frame.beatTicks)).toBe(9);
    expect(falls((frame) => frame.beatCount)).toBeGreaterThan(3);
    const intervals = rrTicksOf(frames);
    expect(intervals.length).toBeGreaterThan(900);
    expect(Math.min(...intervals)).toBeGreaterThan(200);
    expect(Math.max(...intervals)).toBeLessThan(1000);
  });

  it('have straps that fall silent for seconds', () => {
    const lastAt = new Map<number, number>();
    let dropOuts = 0;
    for (const event of events.filter(isHeartRate)) {
      const { deviceNumber } = readHeartRateFrame(event.bytes);
      if (event.at - (lastAt.get(deviceNumber) ?? event.at) > 1900) dropOuts++;
      lastAt.set(deviceNumber, event.at);
    }
    expect(dropOuts).toBeGreaterThan(4);
  });

  it('tell the battery of every strap that can', () => {
    const heard = new Map(
      heartRateFrames(events)
        .filter((frame) => frame.page === 7)
        .map((frame) => [frame.deviceNumber, frame.specific[0]]),
    );
    const known = people.filter((person, place) => person.protocol === 'ant' && place % 5 !== 3);
    expect(heard).toEqual(new Map(known.map((person) => [person.antDeviceNumber!, person.batteryPercent])));
  });

  it('have notifications once a second, their intervals adding up to the time', () => {
    const freya = people.find((person) => person.protocol === 'ble')!;
    const first20s = events.filter(
      (event) => event.kind === 'ble-notification' && event.address === freya.bleAddress && event.at < startAt + 20_000,
    );
    const heartRates = first20s.filter((event) => 'characteristic' in event && event.characteristic === '2a37');
    expect(heartRates.length).toBe(20);
    expect(first20s.length).toBe(21);
    let ticks = 0;
    for (const { bytes } of heartRates) {
      expect(bytes[0]! & 0x06).toBe(0x06);
      for (let i = 2; i < bytes.length; i += 2) ticks += bytes[i]! | (bytes[i + 1]! << 8);
    }
    expect(Math.abs(ticks / 1024 - 20)).toBeLessThan(1.5);
  });

  it('have a foot pod that runs: cadence 110 to 190 steps a minute, and as many strides', () => {
    const pages = events.filter((event) => isFootPod(event) && event.bytes[13] === people[2]!.footPodDeviceNumber);
    const cadences = pages.filter(({ bytes }) => bytes[4] === 2).map(({ bytes }) => 2 * (bytes[7]! + (bytes[8]! >> 4) / 16));
    expect(Math.min(...cadences)).toBeGreaterThan(100);
    expect(Math.max(...cadences)).toBeLessThan(190);
    const main = pages.filter(({ bytes }) => bytes[4] === 1);
    const strides = main.slice(1).reduce((sum, { bytes }, i) => sum + ((bytes[10]! - main[i]!.bytes[10]!) & 0xff), 0);
    const meanCadence = cadences.reduce((sum, cadenceSpm) => sum + cadenceSpm, 0) / cadences.length;
    expect(Math.abs((2 * strides) / 10 / meanCadence - 1)).toBeLessThan(0.02);
  });
});

it.each([1, 2, 3, 42])('fills at least four zones within 10 s (seed %i)', (seed) => {
  const events = eventsOf(10_000, seed);
  const zones = new Map<number, number>();
  for (const person of people.filter(({ protocol }) => protocol === 'ant')) {
    const shown = heartRateFrames(events, person).map((frame) => frame.computedBpm);
    const percent = (shown[Math.floor(shown.length / 2)]! / person.trueHrMaxBpm) * 100;
    const zone = Math.min(5, Math.max(0, Math.floor((percent - 40) / 10)));
    zones.set(zone, (zones.get(zone) ?? 0) + 1);
  }
  expect(zones.size).toBeGreaterThanOrEqual(4);
});

it('same seed, same bytes; other seed, other bytes; one more person changes nobody else', () => {
  expect(transcript(eventsOf(MINUTE_MS))).toBe(transcript(eventsOf(MINUTE_MS)));
  expect(transcript(eventsOf(MINUTE_MS, 2))).not.toBe(transcript(eventsOf(MINUTE_MS)));
  const ada = (size: number) => heartRateFrames(eventsOf(MINUTE_MS, 1, demoClass(size)), people[0]);
  expect(ada(40)).toEqual(ada(1));
});

it('createSimulatedRadio hands over the same events in the course of time, faults injected where asked', () => {
  const ticks: (() => void)[] = [];
  let now = startAt;
  const schedule = (run: () => void) => {
    ticks.push(run);
    return () => {};
  };
  const badChecksum = (event: RadioEvent): RadioEvent => ({ ...event, bytes: event.bytes.with(-1, event.bytes.at(-1)! ^ 1) });
  const radio = createSimulatedRadio({ people, seed: 1, clock: () => now, schedule, mutateFrame: badChecksum });
  const handed: RadioEvent[] = [];
  radio.start((event) => handed.push(event));
  while (now < startAt + 5000) {
    now += 7;
    ticks.shift()!();
  }
  expect(transcript(handed)).toBe(transcript([...takeUntil(simulatedEvents({ people, seed: 1, startAt }), now)].map(badChecksum)));
  expect(radio.receivers()[0]!.state).toBe('receiving');
});
