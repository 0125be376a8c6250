import type { LiveGateway, LiveState, RoomParams } from '@pulseboard/contract';
import { type FleetGateway, type GatewayFleet, hasRadio } from '../ingest/gateway-fleet.js';

export interface LiveStateSources {
  /** Whether what gateways publish reaches the processor. */
  isHearing(): boolean;
  isStoreAway(): boolean;
  isRegistryAway(): boolean;
  fleet: Pick<GatewayFleet, 'inRoom'>;
}

/** What stands between the straps of a room and its page. */
export const liveState = ({ isHearing, isStoreAway, isRegistryAway, fleet }: LiveStateSources, { gym, room }: RoomParams): LiveState => ({
  broker: isHearing() ? 'connected' : 'away',
  store: isStoreAway() ? 'away' : 'ok',
  registry: isRegistryAway() ? 'away' : 'ok',
  gateways: fleet.inRoom(gym, room).slice(0, MOST_SHOWN).map(liveGateway),
});

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
