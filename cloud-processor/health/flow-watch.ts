import type { GatewayParams } from '@pulseboard/contract';
import { listed, type Problem, roomsOf } from './problem.js';

/** What becomes of a reading that arrives, or of a whole batch that is refused. */
export type Fate = 'taken' | 'refused' | 'duplicate' | 'deadLettered' | 'deferred';
type BadFate = Exclude<Fate, 'taken'>;

/** Nothing but bad ends for this long is a problem. */
const BAD_FOR_MS = 10_000;
/** What has not happened for this long is over. */
const OVER_AFTER_MS = 15_000;
const MOST_GATEWAYS = 1000;

interface Flow {
  of: GatewayParams;
  bad: Map<BadFate, { sinceMs: number; lastMs: number }>;
}

const CODES: Record<BadFate, string> = {
  refused: 'all-batches-refused',
  duplicate: 'all-readings-duplicate',
  deadLettered: 'all-readings-dead-lettered',
  deferred: 'all-readings-deferred',
};
const SENTENCES: Record<BadFate, (gateways: string) => string> = {
  refused: (gateways) =>
    `Every batch of ${gateways} is refused: it cannot be read, or belongs to another gateway. The log names the reason; check that gateway and processor are of the same version.`,
  duplicate: (gateways) =>
    `Every reading of ${gateways} has a number that is stored already, so nothing new is stored. Check whether something else sends with the id of this gateway, then restart the gateway: it begins a new spool.`,
  deadLettered: (gateways) =>
    `Every reading of ${gateways} is set aside as a dead letter. GET /api/v1/dead-letters names the reason; most often the clock of the gateway or of the processor is wrong.`,
  deferred: (gateways) =>
    `No reading of ${gateways} is taken at the moment, and the gateways keep them. The store is away or too slow, the registry does not answer, or the processor's clock may be wrong: the other problems of this list and the log of the processor say which.`,
};

/** Watches what becomes of the readings of each gateway: hearing much and storing nothing is not health. Times are monotonic ms. */
export class FlowWatch {
  /** The last batch of any gateway, monotonic and UTC ms of the processor's clock; undefined: none came. */
  lastBatch: { ms: number; at: number } | undefined;
  /** By `gym/gateway`, in the order in which they were heard. */
  readonly #flows = new Map<string, Flow>();

  note(of: GatewayParams, fate: Fate, nowMs: number, at: number): void {
    this.lastBatch = { ms: nowMs, at };
    const key = `${of.gym}/${of.gateway}`;
    const flow = this.#flows.get(key) ?? { of, bad: new Map() };
    flow.of = of;
    this.#flows.delete(key);
    this.#flows.set(key, flow);
    if (this.#flows.size > MOST_GATEWAYS) this.#flows.delete(this.#flows.keys().next().value!);
    if (fate === 'taken') flow.bad.clear();
    else {
      const known = flow.bad.get(fate);
      flow.bad.set(fate, { sinceMs: known && nowMs - known.lastMs < OVER_AFTER_MS ? known.sinceMs : nowMs, lastMs: nowMs });
    }
  }

  problems(nowMs: number): Problem[] {
    return (Object.keys(CODES) as BadFate[]).flatMap((fate) => {
      const gateways = [...this.#flows.values()].filter(({ bad }) => isBad(bad.get(fate), nowMs)).map(({ of }) => of);
      if (gateways.length === 0) return [];
      const sentence = SENTENCES[fate](listed(gateways.map(nameOf).sort()));
      return [{ code: CODES[fate], sentence, stopsData: true, rooms: roomsOf(gateways) }];
    });
  }
}

const isBad = (bad: { sinceMs: number; lastMs: number } | undefined, nowMs: number): boolean =>
  bad !== undefined && bad.lastMs - bad.sinceMs >= BAD_FOR_MS && nowMs - bad.lastMs < OVER_AFTER_MS;

const nameOf = ({ gym, room, gateway }: GatewayParams): string => `gateway "${gateway}" (${gym}/${room})`;
