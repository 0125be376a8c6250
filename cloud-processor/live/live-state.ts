import type { LiveGateway, LiveState, RadioHealth, RoomParams } from '@pulseboard/contract';
import type { GatewayFleet, HeardGateway } from '../ingest/gateway-fleet.js';

export interface LiveStateSources {
  /** Whether what gateways publish reaches the processor. */
  broker: boolean;
  pipeline: { isStoreAway: boolean; isRegistryAway: boolean };
  fleet: Pick<GatewayFleet, 'of'>;
}

/** What stands between the straps of a room and its page. @param now UTC ms of the processor's clock */
export const liveState = ({ broker, pipeline, fleet }: LiveStateSources, { gym, room }: RoomParams, now: number): LiveState => ({
  broker: broker ? 'connected' : 'away',
  store: pipeline.isStoreAway ? 'away' : 'ok',
  registry: pipeline.isRegistryAway ? 'away' : 'ok',
  gateways: fleet
    .of(gym, now)
    .filter(({ of }) => of.room === room)
    .map(liveGateway),
});

const liveGateway = ({ of, health, heardAt, isOnline }: HeardGateway): LiveGateway => ({
  gateway: of.gateway,
  state: isOnline ? 'online' : 'offline',
  ...(isOnline ? {} : { offlineSince: heardAt }),
  hasRadio: hasRadio(health.radios),
  isCloned: false,
});

/** Whether at least one antenna works. */
export const hasRadio = (radios: readonly Pick<RadioHealth, 'state'>[]): boolean =>
  radios.some(({ state }) => state === 'receiving' || state === 'searching');
