import type { MemberSecond } from '@pulseboard/contract';
import type { StoreState, StoreWrite, TimeSeriesStore } from '../storage/time-series-store.js';
import { contentOf, type Inhabitants } from './store-content.js';

export interface TwinOptions {
  /** Called before a store that failed is asked again. */
  wait(error: Error): Promise<void>;
  inhabitants: Inhabitants;
}

const MOST_BEGINS = 400;

/** A store that fails and one that does not, given the same flushes as a processor gives them. */
export class TwinStores {
  /** Writes that failed. */
  failed = 0;
  /** Those of them that were durable all the same. */
  finished = 0;

  constructor(
    readonly store: TimeSeriesStore,
    private readonly oracle: TimeSeriesStore,
    private readonly options: TwinOptions,
  ) {}

  async begin(): Promise<void> {
    await Promise.all([this.store.begin(), this.oracle.begin()]);
  }

  /** Writes to both; to the one that fails as often as it takes: after a failure it begins, and sends again what is not there. */
  async write(flush: StoreWrite): Promise<void> {
    const expected = await this.oracle.write(flush);
    for (;;) {
      let before: MemberSecond[];
      try {
        before = await this.store.write(flush);
      } catch {
        this.failed++;
        if ((await this.recover()).watermarkAt !== flush.watermarkAt) continue;
        this.finished++;
        return;
      }
      expect(inPlace(before)).toEqual(inPlace(expected));
      return;
    }
  }

  async recover(): Promise<StoreState> {
    for (let begins = 0; ; begins++) {
      try {
        return await this.store.begin();
      } catch (error) {
        if (begins >= MOST_BEGINS) throw error;
        await this.options.wait(error as Error);
      }
    }
  }

  async agree(): Promise<void> {
    const { inhabitants } = this.options;
    const [found, due] = await Promise.all([contentOf(this.store, inhabitants), contentOf(this.oracle, inhabitants)]);
    expect(found).toEqual(due);
  }

  /** For the end: the books, too. */
  async agreeAndClose(): Promise<void> {
    await this.agree();
    const [{ epoch: _, id: _id, ...found }, { epoch: __, id: __id, ...due }] = await Promise.all([this.recover(), this.oracle.begin()]);
    expect(found).toEqual(due);
    await Promise.all([this.store.close(), this.oracle.close()]);
  }
}

const inPlace = (seconds: readonly MemberSecond[]): MemberSecond[] => [...seconds].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
const placeOf = ({ at, gym, member, room }: MemberSecond): string => `${at} ${gym} ${member} ${room}`;
