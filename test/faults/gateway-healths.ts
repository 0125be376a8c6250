import { type GatewayHealth, type GatewayResponse, type Id, topics } from '@pulseboard/contract';
import { eventually } from '../harness/eventually.js';
import { json, Listener } from '../harness/mqtt.js';
import { GYM, type Rig, ROOM } from './rig.js';

/** Asks gateways for their health over the broker, as an operator does. */
export class GatewayHealths {
  readonly #answers = new Map<Id, GatewayHealth>();
  #asked = 0;

  private constructor(private readonly listener: () => Listener) {}

  static async open(mqttUrl: string): Promise<GatewayHealths> {
    let listener: Listener | undefined;
    const healths = new GatewayHealths(() => listener!);
    listener = await Listener.open(mqttUrl, [topics.gatewayResponse.filter], (heard) => {
      const of = topics.gatewayResponse.parse(heard.topic);
      const answer = json<GatewayResponse>(heard);
      if (of?.action === 'health' && answer.status === 'ok') healths.#answers.set(of.gateway, answer.result as GatewayHealth);
    });
    return healths;
  }

  /** Asks once; the answer comes later. */
  async ask(gym: Id, room: Id, gateways: readonly Id[]): Promise<void> {
    for (const gateway of gateways)
      await this.listener().publish(
        topics.gatewayRequest.build({ gym, room, gateway, action: 'health' }),
        JSON.stringify({ transaction: `ask-${this.#asked++}` }),
      );
  }

  /** The newest answer. */
  of(gateway: Id): GatewayHealth | undefined {
    return this.#answers.get(gateway);
  }

  async close(): Promise<void> {
    await this.listener().close();
  }
}

/** Older than what is on its way in any second of a gateway that is well. */
const LIVE_MS = 2000;

/** Nothing of a former process waits, and nothing of this one for longer than a live reading does. */
export const hasCaughtUp = ({ spools }: Pick<GatewayHealth, 'spools'>): boolean =>
  spools.every(({ waiting, oldestAgeMs }, i) => waiting === 0 || (i === spools.length - 1 && oldestAgeMs < LIVE_MS));

/** What one gateway says of itself now. */
export async function healthOf({ mqttUrl }: Rig, gateway: Id): Promise<GatewayHealth> {
  const healths = await GatewayHealths.open(mqttUrl);
  try {
    return await eventually(`the health of ${gateway}`, async () => {
      await healths.ask(GYM, ROOM, [gateway]);
      return healths.of(gateway);
    });
  } finally {
    await healths.close();
  }
}

/** Asks all gateways of a rig, and looks at what they answered last. */
export async function allCaughtUp({ gateways }: Rig, healths: GatewayHealths): Promise<boolean> {
  const ids = gateways.map(({ id }) => id);
  await healths.ask(GYM, ROOM, ids);
  return ids.every((id) => {
    const health = healths.of(id);
    return health !== undefined && hasCaughtUp(health);
  });
}
