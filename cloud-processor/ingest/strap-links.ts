import type { Clock, Id } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { RosterData } from '../aggregation/roster.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { type FoundPair, StrapMatcher, type StrapPair } from '../aggregation/strap-matcher.js';
import { isInForce, type Registry, type StrapLink } from '../registry/registry.js';
import { type Regrouping, UnsettledLinks } from './unsettled-links.js';

export interface StrapLinksOptions {
  registry: Pick<Registry, 'roster' | 'strapLinks' | 'saveStrapLink' | 'removeStrapLink'>;
  /** The roster of a gym is another one from now on: called within a flush, before anything is derived. */
  useRoster(gym: Id, data: RosterData): void;
  clock: Clock;
  /** How long the store keeps readings: what is older stays as it was derived. */
  readingsMs: number;
  log: Logger;
}

/** One of the two sensors is in another link. The message is a sentence for people. */
export class StrapLinkedElsewhereError extends Error {
  readonly code = 'STRAP_LINKED_ELSEWHERE';
}

/** There is no operator's word to take back. The message is a sentence for people. */
export class NoWordOfOperatorError extends Error {
  readonly code = 'NO_WORD_OF_OPERATOR';
}

/** A registry that failed is left alone for this long. */
const RETRY_MS = 1000;

/** Who finds which sensors are one strap, writes it down, has it counted, and does what an operator says of it. Never throws but to an operator. */
export class StrapLinks {
  readonly #matcher = new StrapMatcher();
  readonly #links = new Map<Id, StrapLink[]>();
  /** Read from the registry, and to be used from the next flush on. */
  readonly #rosters = new Map<Id, RosterData>();
  readonly #unsettled = new UnsettledLinks();
  /** One call of the registry after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  #isRegistryAway = false;
  #isSettling = false;
  #retryAt = Number.NEGATIVE_INFINITY;

  private constructor(private readonly options: StrapLinksOptions) {}

  /** What is not settled is derived again: nobody knows whether the flush of it became durable. */
  static async open(options: StrapLinksOptions): Promise<StrapLinks> {
    const links = new StrapLinks(options);
    const rows = await options.registry.strapLinks();
    for (const gym of new Set(rows.map((row) => row.gym))) links.#know(gym, rows.filter((row) => row.gym === gym).map(withoutGym));
    return links;
  }

  /** Of a gym, those that an operator or beats have said something of. */
  of(gym: Id): readonly StrapLink[] {
    return (this.#links.get(gym) ?? []).filter(({ state }) => state !== 'withdrawn');
  }

  agreementOf(gym: Id, pair: StrapPair): ReturnType<StrapMatcher['agreementOf']> {
    return this.#matcher.agreementOf(gym, pair);
  }

  /** Looks at the beats of a reading. @param now the processor's clock, UTC ms */
  note(reading: StoredReading, now: number): void {
    const found = this.#matcher.note(reading, now);
    if (found) void this.#found(found);
  }

  /** Takes over what the registry said since the last flush. @param watermarkAt seconds up to this one are derived; @returns what is to be derived anew now */
  take(watermarkAt: number): Regrouping | undefined {
    for (const [gym, data] of this.#rosters) this.#use(gym, data);
    this.#rosters.clear();
    this.#settle();
    const keptFrom = Math.floor((this.options.clock() - this.options.readingsMs) / 1000) * 1000;
    const regrouping = this.#unsettled.take(watermarkAt, keptFrom);
    if (!regrouping) return undefined;
    const done = () => {
      regrouping.done();
      this.#settle();
    };
    return { ...regrouping, done };
  }

  /**
   * An operator's word that two sensors are one strap, or two.
   * @throws StrapLinkedElsewhereError, and what the registry throws
   */
  async say(gym: Id, pair: StrapPair, isSame: boolean): Promise<StrapLink> {
    await this.#change(gym, () => {
      const known = this.#linkOf(gym, pair);
      if (isSame) this.#demandFree(gym, pair);
      const state = isSame ? 'given' : 'overruled';
      if (known?.state === state) return;
      const now = this.options.clock();
      const present = this.#matcher.presentSince(gym, pair) ?? Math.floor(now / 1000) * 1000;
      // It counts as it counted before: only then do the stored seconds stand.
      const settled = isSame === (known !== undefined && isInForce(known)) && (known?.settled ?? true);
      return this.#save(gym, { ...pair, ...foundAtOf(known), state, from: Math.min(known?.from ?? present, present), settled });
    });
    this.options.log.info({ gym, ...pair, isSame }, 'an operator said whether two sensors are one strap');
    return this.#linkOf(gym, pair)!;
  }

  /**
   * Takes an operator's word back: what the beats said counts again.
   * @throws NoWordOfOperatorError, StrapLinkedElsewhereError, and what the registry throws
   */
  async unsay(gym: Id, pair: StrapPair): Promise<void> {
    const { registry } = this.options;
    await this.#change(gym, () => {
      const known = this.#linkOf(gym, pair);
      if (known?.state !== 'given' && known?.state !== 'overruled')
        throw new NoWordOfOperatorError(`No operator has said anything of ${pair.sensor} and ${pair.twin} that could be taken back.`);
      const state = known.foundAt === undefined ? 'withdrawn' : 'found';
      if (state === 'found') this.#demandFree(gym, pair);
      const settled = isInForce(known) === isInForce({ state }) && known.settled;
      return settled && state === 'withdrawn' ? registry.removeStrapLink(gym, pair) : this.#save(gym, { ...known, state, settled });
    });
    this.options.log.info({ gym, ...pair }, 'an operator took back what was said of two sensors');
  }

  /** All that the registry was asked is answered. */
  async idle(): Promise<void> {
    await this.#queue;
  }

  async #found({ gym, agreement, from, ...pair }: FoundPair): Promise<void> {
    const { clock, log } = this.options;
    const { compared, agreed, log10Chance } = agreement;
    const why = { since: new Date(from).toISOString(), compared, agreed, log10Chance: Math.round(log10Chance) };
    try {
      await this.#change(gym, async () => {
        // An operator may have said something meanwhile.
        if (this.#linkOf(gym, pair) ?? this.#otherOf(gym, pair)) return;
        await this.#save(gym, { ...pair, state: 'found', from, foundAt: clock(), settled: false });
        log.info({ gym, ...pair, ...why }, 'two sensors are one strap: their beats agree');
      });
    } catch (error) {
      if (!this.#isRegistryAway)
        log.error({ gym, ...pair, err: (error as Error).message }, 'a found link could not be written down; it is found again');
      this.#isRegistryAway = true;
      this.#know(gym, this.#links.get(gym) ?? []);
    }
  }

  /** What is derived is settled. What fails is tried again. */
  #settle(): void {
    const derived = this.#unsettled.derived();
    if (derived.length === 0 || this.#isSettling || this.options.clock() < this.#retryAt) return;
    this.#isSettling = true;
    const gyms = new Set(derived.map(({ gym }) => gym));
    const settled = [...gyms].map((gym) =>
      this.#change(gym, async () => {
        for (const each of derived) if (each.gym === gym && this.#unsettled.isCurrent(each)) await this.#settleOne(each.gym, each.link);
      }),
    );
    void Promise.all(settled)
      .catch((error: Error) => {
        this.#retryAt = this.options.clock() + RETRY_MS;
        this.options.log.error({ err: error.message }, 'a settled link could not be written down; it is tried again');
      })
      .finally(() => {
        this.#isSettling = false;
      });
  }

  async #settleOne(gym: Id, link: StrapLink): Promise<void> {
    if (link.state === 'withdrawn') await this.options.registry.removeStrapLink(gym, link);
    else await this.#save(gym, { ...link, settled: true });
  }

  #save(gym: Id, link: StrapLink): Promise<void> {
    return this.options.registry.saveStrapLink(gym, link);
  }

  /** Writes, then reads what stands: one change after the other. */
  #change(gym: Id, write: () => Promise<void> | undefined): Promise<void> {
    const changed = this.#queue.then(async () => {
      await write();
      const { registry } = this.options;
      const data = await registry.roster(gym);
      const rows = (await registry.strapLinks()).filter((row) => row.gym === gym);
      this.#isRegistryAway = false;
      this.#rosters.set(gym, data);
      this.#know(gym, rows.map(withoutGym));
    });
    this.#queue = changed.catch(() => {});
    return changed;
  }

  #know(gym: Id, links: StrapLink[]): void {
    this.#links.set(gym, links);
    const known = links.filter(({ state }) => state !== 'withdrawn');
    this.#matcher.know(
      gym,
      known.map((link) => ({ sensor: link.sensor, twin: link.twin, isLinked: isInForce(link) })),
    );
    this.#unsettled.know(gym, links);
  }

  #use(gym: Id, data: RosterData): void {
    try {
      this.options.useRoster(gym, data);
    } catch (error) {
      this.options.log.error({ gym, err: (error as Error).stack }, 'who wears what now could not be shown');
    }
  }

  #linkOf(gym: Id, { sensor, twin }: StrapPair): StrapLink | undefined {
    return this.#links.get(gym)?.find((link) => link.sensor === sensor && link.twin === twin);
  }

  /** A link in force that has one of the two, but not both. */
  #otherOf(gym: Id, { sensor, twin }: StrapPair): StrapLink | undefined {
    return this.#links.get(gym)?.find((link) => isInForce(link) && (link.sensor === sensor) !== (link.twin === twin));
  }

  #demandFree(gym: Id, pair: StrapPair): void {
    const other = this.#otherOf(gym, pair);
    if (other)
      throw new StrapLinkedElsewhereError(
        `${other.sensor} is linked to ${other.twin} already; say of those two first that they are not the same.`,
      );
  }
}

const withoutGym = ({ gym: _, ...link }: StrapLink & { gym: Id }): StrapLink => link;
const foundAtOf = (link: StrapLink | undefined): Pick<StrapLink, 'foundAt'> =>
  link?.foundAt === undefined ? {} : { foundAt: link.foundAt };
