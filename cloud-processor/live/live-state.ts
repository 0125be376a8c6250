import type { LiveGateway, LiveState, RoomParams } from '@pulseboard/contract';
import type { Problem } from '../health/problem.js';
import { type FleetGateway, type GatewayFleet, hasRadio } from '../ingest/gateway-fleet.js';

export interface LiveStateSources {
  /** Whether what gateways publish reaches the processor. */
  isHearing(): boolean;
  isStoreAway(): boolean;
  isRegistryAway(): boolean;
  fleet: Pick<GatewayFleet, 'inRoom'>;
  /** All problems of the processor's health. */
  problems(): readonly Problem[];
}

/** What the other fields of the state say already, for each gateway and in more detail. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set([
  'broker-away',
  'not-subscribed',
  'store-away',
  'registry-away',
  'gateway-offline',
  'gateway-without-radio',
  'gateway-cloned',
]);

/** What stands between the straps of a room and its page. */
export function liveState(sources: LiveStateSources, { gym, room }: RoomParams): LiveState {
  const problems = sources
    .problems()
    .filter(({ code, rooms }) => !SAID_OTHERWISE.has(code) && (rooms === undefined || rooms.includes(`${gym}/${room}`)))
    .map(({ code, sentence, stopsData }) => ({ code, sentence, stopsData }));
  return {
    broker: sources.isHearing() ? 'connected' : 'away',
    store: sources.isStoreAway() ? 'away' : 'ok',
    registry: sources.isRegistryAway() ? 'away' : 'ok',
    gateways: sources.fleet.inRoom(gym, room).slice(0, MOST_SHOWN).map(liveGateway),
    ...(problems.length === 0 ? {} : { problems }),
  };
}

/** A room has one gateway or a few; a page must not be sent thousands. */
const MOST_SHOWN = 50;

const liveGateway = ({ of, presence, offlineSince, reason, health, clone }: FleetGateway): LiveGateway => ({
  gateway: of.gateway,
  state: presence,
  ...(offlineSince === undefined ? {} : { offlineSince }),
  ...(reason === undefined ? {} : { reason }),
  ...(health ? { hasRadio: hasRadio(health.radios) } : {}),
  isCloned: clone !== undefined,
});

/** Asks at most once in `ms`: a page is pushed to 20 times a second, and health looks at everything. @param monotonic ms that never go back */
export function atMostEach<T>(ms: number, monotonic: () => number, ask: () => T): () => T {
  let last: { at: number; answer: T } | undefined;
  return () => {
    const now = monotonic();
    if (!last || now - last.at >= ms) last = { at: now, answer: ask() };
    return last.answer;
  };
}
