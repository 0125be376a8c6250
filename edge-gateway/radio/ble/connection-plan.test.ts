import fc from 'fast-check';
import { type ConnectionLimits, nextConnectionStep, type StrapTurn } from './connection-plan.js';

const limits: ConnectionLimits = { slots: 2, turnMs: 30_000 };
const NOW = 100_000;
const waiting = (address: string, since: number, retryAt = 0): StrapTurn => ({ address, phase: 'waiting', since, retryAt });
const serving = (address: string, since: number): StrapTurn => ({ address, phase: 'serving', since, retryAt: 0 });
const connecting = (address: string, since: number): StrapTurn => ({ address, phase: 'connecting', since, retryAt: 0 });

test.each<[string, StrapTurn[], ConnectionLimits, object]>([
  ['nobody', [], limits, {}],
  ['who waited longest is next', [waiting('a', 2), waiting('b', 1)], limits, { connect: 'b' }],
  ['at the same time the address decides', [waiting('b', 1), waiting('a', 1)], limits, { connect: 'a' }],
  ['one connects at a time', [waiting('a', 1), connecting('b', 2)], limits, {}],
  ['who failed waits for its time', [waiting('a', 1, NOW + 1), waiting('b', 2, NOW)], limits, { connect: 'b' }],
  ['all fit: nobody makes place', [serving('a', 0), serving('b', 0)], limits, {}],
  ['who had its turn makes place', [serving('a', 10_000), serving('b', 5000), waiting('c', 90_000)], limits, { disconnect: 'b' }],
  ['who did not have its turn stays', [serving('a', NOW - 29_999), serving('b', NOW - 29_999), waiting('c', 0)], limits, {}],
  ['nobody makes place for one whose time has not come', [serving('a', 0), serving('b', 0), waiting('c', 0, NOW + 1)], limits, {}],
  ['more are served than may be', [serving('a', 1), serving('b', 2), serving('c', 3), waiting('d', 4)], limits, { disconnect: 'a' }],
  ['no connections at all', [waiting('a', 1)], { ...limits, slots: 0 }, {}],
])('%s', (_, turns, which, step) => {
  expect(nextConnectionStep(turns, NOW, which)).toEqual(step);
});

interface Body {
  comesAt: number;
  leavesAt: number;
  fails: boolean;
  /** What each of its connects takes, in turn. */
  connectMs: number[];
}

const TURN_MS = 50;
const LONGEST_CONNECT_MS = 15;
const RETRY_MS = 20;
const RUN_MS = 1000;

interface Watched extends StrapTurn {
  body: Body;
  tries: number;
  /** When its connect, or its being let go, is over. */
  readyAt: number;
  isLeaving: boolean;
  /** Since when it is there and not served. */
  missingSince: number;
}

interface Observed {
  longestWaitMs: number;
  shortestServedMs: number;
  fewestWhenCut: number;
  mostConnections: number;
  mostConnecting: number;
}

/** Lives through a room of straps, a millisecond at a time. */
function live(bodies: readonly Body[], slots: number): Observed {
  const seen: Observed = {
    longestWaitMs: 0,
    shortestServedMs: Number.POSITIVE_INFINITY,
    fewestWhenCut: Number.POSITIVE_INFINITY,
    mostConnections: 0,
    mostConnecting: 0,
  };
  const straps = bodies.map<Watched>((body, i) => ({
    ...{ address: `strap-${i}`, phase: 'waiting', since: body.comesAt, retryAt: 0 },
    ...{ body, tries: 0, readyAt: 0, isLeaving: false, missingSince: body.comesAt },
  }));
  for (let now = 0; now <= RUN_MS; now++) {
    const present = straps.filter(({ body }) => now >= body.comesAt && now < body.leavesAt);
    for (const strap of present) {
      const { fails } = strap.body;
      if (!fails && strap.missingSince <= now) seen.longestWaitMs = Math.max(seen.longestWaitMs, now - strap.missingSince);
      if (strap.phase !== 'connecting' || now < strap.readyAt) continue;
      if (strap.isLeaving || fails)
        Object.assign(strap, { phase: 'waiting', since: now, retryAt: fails ? now + RETRY_MS : 0, isLeaving: false, missingSince: now });
      else Object.assign(strap, { phase: 'serving', since: now, missingSince: Number.POSITIVE_INFINITY });
    }
    const { connect, disconnect } = nextConnectionStep(present, now, { slots, turnMs: TURN_MS });
    for (const strap of present) {
      const { connectMs } = strap.body;
      if (strap.address === connect)
        Object.assign(strap, { phase: 'connecting', since: now, readyAt: now + connectMs[strap.tries++ % connectMs.length]! });
      if (strap.address === disconnect) {
        seen.shortestServedMs = Math.min(seen.shortestServedMs, now - strap.since);
        seen.fewestWhenCut = Math.min(seen.fewestWhenCut, present.length);
        Object.assign(strap, { phase: 'connecting', since: now, readyAt: now + 1, isLeaving: true });
      }
    }
    const count = (...phases: string[]) => present.filter(({ phase }) => phases.includes(phase)).length;
    seen.mostConnections = Math.max(seen.mostConnections, count('connecting', 'serving'));
    seen.mostConnecting = Math.max(seen.mostConnecting, count('connecting'));
  }
  return seen;
}

const body = fc.record<Body>({
  comesAt: fc.integer({ min: 0, max: RUN_MS / 2 }),
  leavesAt: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: RUN_MS })),
  fails: fc.boolean(),
  connectMs: fc.array(fc.integer({ min: 0, max: LONGEST_CONNECT_MS }), { minLength: 1, maxLength: 4 }),
});

test('each strap that is there and does not fail has its turn in time, whoever comes, goes and fails beside it', () => {
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 6 }), (bodies, slots) => {
      const seen = live(bodies, slots);
      // In a turn each slot has one connect and one disconnect, and each is noticed a step later.
      const turnMs = TURN_MS + slots * (LONGEST_CONNECT_MS + 4);
      expect(seen.longestWaitMs).toBeLessThanOrEqual((Math.ceil(bodies.length / slots) + 1) * turnMs);
      expect(seen.shortestServedMs).toBeGreaterThanOrEqual(TURN_MS);
      expect(seen.fewestWhenCut).toBeGreaterThan(slots);
      expect(seen.mostConnections).toBeLessThanOrEqual(slots);
      expect(seen.mostConnecting).toBeLessThanOrEqual(1);
    }),
    { numRuns: 60 },
  );
});
