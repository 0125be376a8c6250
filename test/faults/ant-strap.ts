import type { Reading } from '@pulseboard/contract';
import { Battery } from './battery.js';
import { bodyRate } from './body-rate.js';

const TICKS_A_SECOND = 1024;
const TICKS_WRAP = 65_536;
const COUNT_WRAP = 256;
const WRAP_MS = 64_000;
const LONGEST_RR_MS = 2500;
const STALE_BEAT_MS = 3000;
/** A second less one period of the strap. */
const REPEAT_MS = 754;

interface Heard {
  at: number;
  toggle: number;
  ticks: number;
  count: number;
}

/** The rule of when a heart-rate strap makes a reading, written from the description of the pages and not from the gateway's code. */
export class AntStrap {
  readonly #battery = new Battery();
  #last: Heard | undefined;
  #everToggled = false;
  #beatAt = 0;
  #toldAt: number | undefined;
  #toldContact: boolean | undefined;

  constructor(private readonly sensor: string) {}

  /** @param page its 8 bytes @param at UTC ms */
  hear(page: Buffer, at: number, rssiDbm: number | undefined): Reading | undefined {
    const heard: Heard = { at, toggle: page[0]! >> 7, ticks: page.readUInt16LE(4), count: page[6]! };
    const before = this.#last;
    this.#last = heard;
    if (before && before.toggle !== heard.toggle) this.#everToggled = true;
    const number = page[0]! & 0x7f;
    if (this.#everToggled && number === 7) this.#battery.learn(page[1]!);

    const isBeat = before !== undefined && before.count !== heard.count;
    const rrMs = isBeat ? this.#interval(before, heard, this.#everToggled && number === 4 ? page.readUInt16LE(2) : undefined) : undefined;
    if (isBeat || !before) this.#beatAt = at;

    const { heartRateBpm, contact } = bodyRate(page[7]!);
    const isDue = this.#toldAt === undefined || at - this.#toldAt >= REPEAT_MS;
    if (!isBeat && !isDue && contact === this.#toldContact) return undefined;
    this.#toldAt = at;
    this.#toldContact = contact;
    return {
      sensor: this.sensor,
      at,
      ...(heartRateBpm === undefined ? {} : { heartRateBpm }),
      beatTimeMs: msOf(heard.ticks),
      beatCount: heard.count,
      ...(rrMs === undefined ? {} : { rrIntervalsMs: [rrMs] }),
      ...(contact === undefined ? {} : { contact }),
      ...(rssiDbm === undefined ? {} : { rssiDbm }),
      ...this.#battery.news(),
    };
  }

  /** Certain, or not told: not after a silence in which a counter may have wrapped, not when the strap's clock stood still while ours went on. */
  #interval(before: Heard, heard: Heard, previousTicks: number | undefined): number | undefined {
    const oursMs = heard.at - this.#beatAt;
    const strapsMs = msOf(ticksBetween(before.ticks, heard.ticks));
    if (heard.at - before.at >= WRAP_MS || oursMs >= WRAP_MS || oursMs - strapsMs > STALE_BEAT_MS) return undefined;
    const isNext = (heard.count - before.count + COUNT_WRAP) % COUNT_WRAP === 1;
    if (previousTicks === undefined && !isNext) return undefined;
    const rrMs = msOf(ticksBetween(previousTicks ?? before.ticks, heard.ticks));
    return rrMs > 0 && rrMs <= LONGEST_RR_MS ? rrMs : undefined;
  }
}

const ticksBetween = (earlier: number, later: number): number => (later - earlier + TICKS_WRAP) % TICKS_WRAP;
const msOf = (ticks: number): number => (ticks * 1000) / TICKS_A_SECOND;
