/** Where a strap that is present stands. Times are ms of one clock. */
export interface StrapTurn {
  address: string;
  /** `connecting` until it notifies, and again while it is being let go: one at a time is all that an adapter can do. */
  phase: 'waiting' | 'connecting' | 'serving';
  /** When the phase began; of one that waits: when it was last served or tried, or first heard. */
  since: number;
  /** A strap that failed is not tried before. */
  retryAt: number;
}

export interface ConnectionLimits {
  /** Connections at once, those that are being made counted. */
  slots: number;
  /** A strap is served this long before it makes place. */
  turnMs: number;
}

/** What to do now, at most one of both. */
export interface ConnectionStep {
  connect?: string;
  /** To make place for one that waits. */
  disconnect?: string;
}

/**
 * Fair turns: whoever waited longest is next, and takes the place of whoever is served longest, once that one had its turn.
 * A strap that was tried goes to the end of the queue whether it could be served or not, so each passes another at most once,
 * and a strap that is present and does not fail is served within `ceil(straps / slots) + 1` turns (and what connecting takes).
 */
export function nextConnectionStep(turns: readonly StrapTurn[], now: number, { slots, turnMs }: ConnectionLimits): ConnectionStep {
  if (slots <= 0 || turns.some(({ phase }) => phase === 'connecting')) return {};
  const next = oldest(turns.filter(({ phase, retryAt }) => phase === 'waiting' && retryAt <= now));
  if (!next) return {};
  const serving = turns.filter(({ phase }) => phase === 'serving');
  if (serving.length < slots) return { connect: next.address };
  const longest = oldest(serving)!;
  return now - longest.since >= turnMs ? { disconnect: longest.address } : {};
}

/** At the same time the address decides, so that the order is always the same. */
const oldest = (turns: readonly StrapTurn[]): StrapTurn | undefined =>
  turns.reduce<StrapTurn | undefined>(
    (first, turn) => (!first || turn.since < first.since || (turn.since === first.since && turn.address < first.address) ? turn : first),
    undefined,
  );
