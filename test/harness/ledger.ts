import type { BookCounts, LedgerRow, LedgerTotals } from '@pulseboard/cloud-processor/protocol';
import { type GatewayHealth, type Id, topics } from '@pulseboard/contract';
import { get } from './api.js';
import { eventually } from './eventually.js';
import { json, Listener } from './mqtt.js';

/** What `GET /api/v1/ledger` answers. */
export interface Ledger {
  epoch: number;
  /** Of this process: received is the sum of the others. */
  thisEpoch: BookCounts & { waiting: number };
  spools: LedgerRow[];
  totals: LedgerTotals;
}

export const ledger = (url: string): Promise<Ledger> => get(url, '/api/v1/ledger');

export const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/**
 * What does not balance in the processor's ledger, a sentence each. Holds at every moment, to the unit.
 * @param isAtRest nothing is on its way any more
 */
export function ledgerFaults({ thisEpoch, spools }: Ledger, isAtRest = false): string[] {
  const faults: string[] = [];
  const demand = (what: string, found: number, due: number) => {
    if (found !== due) faults.push(`${what}: ${found} instead of ${due}`);
  };
  const { received, ...parts } = thisEpoch;
  demand('received of this epoch, as the sum of its parts', received, sumOf(parts));
  if (isAtRest) demand('readings that wait for the store', thisEpoch.waiting, 0);
  for (const { gateway, spool, decoded, committed, stored, deadLettered, dropped, open, waitingHere } of spools) {
    const name = `spool ${spool} of ${gateway}`;
    demand(`${name}, committed`, committed, stored + deadLettered);
    demand(`${name}, decoded`, decoded, committed + open + sumOf(dropped));
    if (open < 0) faults.push(`${name}: open is ${open}`);
    if (isAtRest) demand(`${name}, waiting here`, waitingHere, 0);
  }
  return faults;
}

/** What does not balance on a gateway's side, a sentence each. */
export const healthFaults = (gateway: Id, { spools }: Pick<GatewayHealth, 'spools'>): string[] =>
  spools.flatMap(({ spool, decoded, committed, waiting, dropped }) => {
    const due = committed + waiting + sumOf(dropped);
    return decoded === due ? [] : [`spool ${spool} of ${gateway}, at the gateway: decoded is ${decoded}, its parts ${due}`];
  });

/**
 * What the two sides say differently of spools at rest that the gateway still lists, a sentence each.
 * @param health of after everything came to rest
 */
export function disagreements({ spools }: Ledger, gateway: Id, health: Pick<GatewayHealth, 'spools'>): string[] {
  return health.spools.flatMap((ours) => {
    const theirs = spools.find(({ spool }) => spool === ours.spool);
    if (!theirs) return ours.decoded === 0 ? [] : [`spool ${ours.spool} of ${gateway} is unknown to the processor`];
    return (['decoded', 'committed'] as const).flatMap((name) =>
      theirs[name] === ours[name] ? [] : [`spool ${ours.spool} of ${gateway}: ${name} is ${theirs[name]} here and ${ours[name]} there`],
    );
  });
}

/** The health that each of these gateways published last. */
export async function retainedHealths(mqttUrl: string, gateways: readonly Id[]): Promise<Map<Id, GatewayHealth>> {
  const healths = new Map<Id, GatewayHealth>();
  const listener = await Listener.open(mqttUrl, [topics.gatewayHealth.filter], (heard) => {
    const of = topics.gatewayHealth.parse(heard.topic);
    if (of && gateways.includes(of.gateway)) healths.set(of.gateway, json<GatewayHealth>(heard));
  });
  try {
    await eventually(`the health of ${gateways.join(', ')}`, () => healths.size === gateways.length);
    return healths;
  } finally {
    await listener.close();
  }
}

/**
 * Both sides balance, to the unit, whatever goes on.
 * @param healths of gateways, as they published them
 * @throws Error with everything that does not
 */
export async function assertLedgerBalances(url: string, healths: ReadonlyMap<Id, GatewayHealth> = new Map()): Promise<void> {
  const faults = [...ledgerFaults(await ledger(url)), ...[...healths].flatMap(([gateway, health]) => healthFaults(gateway, health))];
  if (faults.length) throw new Error(`The ledger does not balance:\n${faults.join('\n')}`);
}
