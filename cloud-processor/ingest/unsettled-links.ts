import type { Id } from '@pulseboard/contract';
import type { Regrouped } from '../aggregation/derivation-plan.js';
import type { StrapLink } from '../registry/registry.js';

/** A link whose stored seconds are not what they would be had it always been so. */
export interface UnsettledLink {
  gym: Id;
  link: StrapLink;
}

/** What a flush has to derive anew. */
export interface Regrouping {
  regrouped: readonly Regrouped[];
  /** It is durable. */
  done(): void;
}

interface Progress extends UnsettledLink {
  /** Seconds before this one are as they should be, UTC ms. */
  derivedUntil: number;
  isDerived: boolean;
}

/** One flush derives so much anew, at most: all that a link can reach back when it is found. An operator's word may reach back further, in steps. */
const STEP_MS = 13 * 3_600_000;

/** Which links are still to be derived, and how far that has come. */
export class UnsettledLinks {
  readonly #links = new Map<string, Progress>();

  /** All links of a gym as they are now. One that changed begins anew. */
  know(gym: Id, links: readonly StrapLink[]): void {
    for (const [key, known] of this.#links)
      if (known.gym === gym && !links.some((link) => isUnchanged(known.link, link))) this.#links.delete(key);
    for (const link of links) {
      const key = `${gym} ${link.sensor} ${link.twin}`;
      if (!link.settled && !this.#links.has(key))
        this.#links.set(key, { gym, link, derivedUntil: Number.NEGATIVE_INFINITY, isDerived: false });
    }
  }

  /** @param watermarkAt seconds up to this one are derived; @param keptFrom readings from here on are kept: seconds before it stay as they are */
  take(watermarkAt: number, keptFrom: number): Regrouping | undefined {
    const steps: { of: Progress; from: number; to: number }[] = [];
    let leftMs = STEP_MS;
    for (const of of this.#links.values()) {
      if (of.isDerived || leftMs <= 0) continue;
      const from = Math.max(of.link.from, of.derivedUntil, keptFrom);
      const to = Math.min(watermarkAt, from + leftMs);
      leftMs -= Math.max(0, to - from);
      steps.push({ of, from, to });
    }
    if (steps.length === 0) return undefined;
    const regrouped = steps.flatMap(({ of: { gym, link }, from, to }) =>
      [link.sensor, link.twin].map((sensor) => ({ gym, sensor, from, to })),
    );
    const done = () => {
      for (const { of, to } of steps) {
        of.derivedUntil = to + 1000;
        // Later seconds are derived by the roster that counts now.
        of.isDerived = to >= watermarkAt;
      }
    };
    return { regrouped, done };
  }

  /** Derived durably, and not written down as settled yet. */
  derived(): UnsettledLink[] {
    return [...this.#links.values()].filter(({ isDerived }) => isDerived);
  }

  /** False once the link changed: then there is more to derive. */
  isCurrent(unsettled: UnsettledLink): boolean {
    return [...this.#links.values()].includes(unsettled as Progress);
  }
}

/** But for its being settled. */
const isUnchanged = (known: StrapLink, now: StrapLink): boolean =>
  !now.settled && known.sensor === now.sensor && known.twin === now.twin && known.state === now.state && known.from === now.from;
