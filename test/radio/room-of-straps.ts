import type { Id } from '@pulseboard/contract';

/** Of a heart-rate strap. */
const PERIOD_MS = (8070 / 32_768) * 1000;
const TICKS_A_SECOND = 1024;
const DEVICE_TYPE = 120;
const TRANSMISSION_TYPE = 0x01;
const FIRST_DEVICE_NUMBER = 2001;

interface Strap {
  deviceNumber: number;
  phaseMs: number;
  /** Times of its beats, ms since the begin; endless. */
  beats: Iterator<number, never>;
  nextBeatMs: number;
  beatMs: number;
  previousBeatMs: number;
  beatCount: number;
  messages: number;
  /** The count of its first message. */
  firstCount: number | undefined;
}

/** Straps that send four times a second, each with a heart of its own, and what they know of their beats. The bytes are made here, after the description of the page. */
export class RoomOfStraps {
  readonly #straps: Strap[];
  readonly periodMs = PERIOD_MS;

  constructor(count: number, seed = 1) {
    this.#straps = Array.from({ length: count }, (_, i) => {
      const beats = heart(seed * 1000 + i);
      const first = beats.next().value;
      return {
        deviceNumber: FIRST_DEVICE_NUMBER + i,
        phaseMs: (i / count) * PERIOD_MS,
        beats,
        nextBeatMs: first,
        beatMs: 0,
        previousBeatMs: 0,
        beatCount: 0,
        messages: 0,
        firstCount: undefined,
      };
    });
  }

  /** What is sent up to a moment, and was not handed out before; frames as a stick hands them over, in order. @param untilMs since the begin */
  framesUntil(untilMs: number): Buffer[] {
    const sent: { atMs: number; frame: Buffer }[] = [];
    for (const strap of this.#straps)
      for (let atMs = sendsAt(strap); atMs <= untilMs; atMs = sendsAt(strap)) sent.push({ atMs, frame: this.#send(strap, atMs) });
    return sent.sort((a, b) => a.atMs - b.atMs).map(({ frame }) => frame);
  }

  /** Beats between the first and the last message of each. */
  beats(): Map<Id, number> {
    return new Map(
      this.#straps.map(({ deviceNumber, beatCount, firstCount }) => [`ant-hr-${deviceNumber}`, beatCount - (firstCount ?? beatCount)]),
    );
  }

  /** The beat counter in the last message of each. */
  lastCounts(): Map<Id, number> {
    return new Map(this.#straps.map(({ deviceNumber, beatCount }) => [`ant-hr-${deviceNumber}`, beatCount & 0xff]));
  }

  #send(strap: Strap, atMs: number): Buffer {
    for (; strap.nextBeatMs <= atMs; strap.nextBeatMs = strap.beats.next().value) {
      strap.previousBeatMs = strap.beatMs;
      strap.beatMs = strap.nextBeatMs;
      strap.beatCount++;
    }
    strap.firstCount ??= strap.beatCount;
    const toggle = (strap.messages++ >> 2) & 1;
    const page = Buffer.alloc(8);
    page[0] = 4 | (toggle << 7);
    page[1] = 0xff;
    page.writeUInt16LE(ticks(strap.previousBeatMs), 2);
    page.writeUInt16LE(ticks(strap.beatMs), 4);
    page[6] = strap.beatCount & 0xff;
    page[7] = Math.round(60_000 / Math.max(250, strap.beatMs - strap.previousBeatMs));
    return frameOf(page, strap.deviceNumber);
  }
}

const sendsAt = ({ phaseMs, messages }: Strap): number => phaseMs + messages * PERIOD_MS;
const ticks = (ms: number): number => Math.round((ms * TICKS_A_SECOND) / 1000) & 0xffff;

/** `A4 len 4E channel page flags dev16 type transmission xor`. */
function frameOf(page: Buffer, deviceNumber: number): Buffer {
  const counted = [0, ...page, 0x80, deviceNumber & 0xff, deviceNumber >> 8, DEVICE_TYPE, TRANSMISSION_TYPE];
  const bytes = [0xa4, counted.length, 0x4e, ...counted];
  return Buffer.from([...bytes, bytes.reduce((xor, byte) => xor ^ byte, 0)]);
}

/** Beats of somebody between 90 and 190 bpm, each interval a little different. */
function* heart(seed: number): Generator<number, never> {
  let state = seed;
  const chance = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const meanMs = 60_000 / (90 + chance() * 100);
  for (let atMs = chance() * meanMs; ; atMs += meanMs * (0.95 + chance() * 0.1)) yield atMs;
}
