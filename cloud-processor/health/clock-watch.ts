import { durationText, type GatewayParams } from '@pulseboard/contract';
import { listed, type Problem } from './problem.js';

/** A live reading, or a batch of them, and whether the processor's clock kept it off the board. */
export interface ClockSighting {
  of: GatewayParams;
  /** The processor's clock − the gateway's, ms. */
  lateMs: number;
  readings: number;
  /** Those that are ahead of the processor's clock, or late by it although they were just made. */
  off: number;
  /** Ms that never go back. */
  monotonicMs: number;
}

/** Nearly all readings for so long are a problem. */
const BAD_FOR_MS = 10_000;
const NEARLY_ALL = 0.9;
/** Without readings for so long it is over. */
const OVER_AFTER_MS = 15_000;
const MOST_ROOMS = 1000;

interface Span {
  beganMs: number;
  readings: number;
  off: number;
}

interface RoomState {
  gym: string;
  room: string;
  /** Since when nearly all was off, ms; undefined while it is not. */
  badSinceMs: number | undefined;
  lastMs: number;
  second: Span;
  late: Map<string, number>;
}

/** Watches whether the processor's clock fits the times of the readings, room by room. */
export class ClockWatch {
  readonly #rooms = new Map<string, RoomState>();

  note({ of, lateMs, readings, off, monotonicMs }: ClockSighting): void {
    const key = `${of.gym}/${of.room}`;
    const known: RoomState = this.#rooms.get(key) ?? {
      gym: of.gym,
      room: of.room,
      badSinceMs: undefined,
      lastMs: monotonicMs,
      second: emptySpan(monotonicMs),
      late: new Map(),
    };
    this.#rooms.delete(key);
    this.#rooms.set(key, known);
    if (this.#rooms.size > MOST_ROOMS) this.#rooms.delete(this.#rooms.keys().next().value!);
    if (monotonicMs - known.lastMs >= OVER_AFTER_MS) known.badSinceMs = undefined;
    known.lastMs = monotonicMs;
    known.late.delete(of.gateway);
    known.late.set(of.gateway, lateMs);
    if (known.late.size > MOST_ROOMS) known.late.delete(known.late.keys().next().value!);
    if (monotonicMs - known.second.beganMs >= 1000) known.second = emptySpan(monotonicMs);
    known.second.readings += readings;
    known.second.off += off;
    const isBad = known.second.off >= NEARLY_ALL * known.second.readings && known.second.off > 0;
    if (!isBad) known.badSinceMs = undefined;
    else known.badSinceMs ??= known.second.beganMs;
  }

  problems(nowMs: number): Problem[] {
    return [...this.#rooms.values()]
      .filter(({ badSinceMs, lastMs }) => badSinceMs !== undefined && lastMs - badSinceMs >= BAD_FOR_MS && nowMs - lastMs < OVER_AFTER_MS)
      .map(({ gym, room, late }) => ({
        code: 'processor-clock-differs',
        sentence: `The processor's clock is ${differenceOf([...late.values()])} of ${listed([...late.keys()].map((id) => `gateway "${id}"`))} (${gym}/${room}), so nearly all readings of this room are ${sideOf([...late.values()])}: check the time (NTP) of the processor's machine, and of the gateway.`,
        stopsData: true,
      }));
  }
}

const emptySpan = (beganMs: number): Span => ({ beganMs, readings: 0, off: 0 });

const least = (lateMs: readonly number[]): number => lateMs.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));

function differenceOf(lateMs: readonly number[]): string {
  const ms = least(lateMs);
  return `${durationText(Math.abs(ms))} ${ms < 0 ? 'behind' : 'ahead of'} that`;
}

const sideOf = (lateMs: readonly number[]): string => (least(lateMs) < 0 ? 'in its future' : 'too old for its live board');
