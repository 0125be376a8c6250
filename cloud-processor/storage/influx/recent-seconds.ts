import type { MemberSecond } from '@pulseboard/contract';
import { GymMap } from '../../aggregation/gym-map.js';
import type { SecondsOfMember, StoreWrite } from '../time-series-store.js';

/** Late readings of a second gateway come within this time. */
const KEEP_MS = 60_000;

/**
 * The newest seconds as this process wrote them, so that rewriting them asks nothing of InfluxDB. It knows all there is from some time on: what is newer
 * than everything that stood there when it began can only have been written by this process.
 */
export class RecentSeconds {
  readonly #members = new GymMap<Map<number, MemberSecond[]>>();
  /** Every second at or after this is here, UTC ms. */
  #knownFrom = Number.POSITIVE_INFINITY;

  /** @param emptyFrom nothing stands at or after this, UTC ms */
  begin(emptyFrom: number): void {
    this.#members.clear();
    this.#knownFrom = emptyFrom;
  }

  /** Knows nothing until it begins anew. */
  forget(): void {
    this.#members.clear();
    this.#knownFrom = Number.POSITIVE_INFINITY;
  }

  knows({ from }: SecondsOfMember): boolean {
    return from >= this.#knownFrom;
  }

  /** What stands in a run of seconds that it knows. */
  standing({ gym, member, from, to }: SecondsOfMember): MemberSecond[] {
    const found: MemberSecond[] = [];
    for (const [at, seconds] of this.#members.get(gym, member) ?? []) if (at >= from && at <= to) found.push(...seconds);
    return found;
  }

  /** What was written stands there now. */
  note({ replaced, seconds, watermarkAt }: Pick<StoreWrite, 'replaced' | 'seconds' | 'watermarkAt'>): void {
    for (const { gym, member, from, to } of replaced) {
      const mine = this.#members.get(gym, member);
      for (const at of mine?.keys() ?? []) if (at >= from && at <= to) mine!.delete(at);
    }
    for (const second of seconds) {
      if (second.at < this.#knownFrom) continue;
      const mine = this.#members.get(second.gym, second.member) ?? new Map<number, MemberSecond[]>();
      this.#members.set(second.gym, second.member, mine);
      mine.set(second.at, [...(mine.get(second.at) ?? []).filter(({ room }) => room !== second.room), second]);
    }
    this.#forgetBefore(watermarkAt - KEEP_MS);
  }

  #forgetBefore(before: number): void {
    if (!(before > this.#knownFrom)) return;
    this.#knownFrom = before;
    for (const [gym, member, mine] of [...this.#members.entries()]) {
      for (const at of mine.keys()) if (at < before) mine.delete(at);
      if (mine.size === 0) this.#members.delete(gym, member);
    }
  }
}
