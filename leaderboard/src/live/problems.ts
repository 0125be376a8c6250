import type { LiveGateway, LiveState } from '@pulseboard/contract';

/** Something between the straps and this screen that does not work, in words for the people in the room. */
export interface Problem {
  readonly kind: 'broker' | 'no-gateway' | 'never-heard' | 'offline' | 'no-radio' | 'cloned' | 'store' | 'registry' | 'other';
  /** What is wrong. */
  readonly title: string;
  /** What to do, or whom to call. */
  readonly advice: string;
}

export interface Situation {
  /** Whether a strap that is put on now appears here. */
  readonly isReceiving: boolean;
  /** The worst first. */
  readonly problems: readonly Problem[];
}

const receives = ({ state, hasRadio }: LiveGateway) => state === 'online' && hasRadio !== false;

/**
 * @param state as the server says it; undefined: an older server that says nothing about it
 * @param now the server's clock, UTC ms
 * @param room `gym/room`, as it is set at a gateway
 */
export function situationOf(state: LiveState | undefined, now: number, room: string): Situation {
  if (!state) return { isReceiving: true, problems: [] };
  const { broker, store, registry, gateways, problems: others = [] } = state;
  const problems: Problem[] = [];
  if (broker === 'away')
    problems.push({
      kind: 'broker',
      title: 'No heart rates arrive',
      advice: 'The server has lost the message broker. Call your technician. The gateways keep all readings until it is back.',
    });
  // What the server knows of gateways it knows from the broker.
  else if (gateways.length === 0)
    problems.push({
      kind: 'no-gateway',
      title: 'No gateway in this room yet',
      advice: `Switch on the gateway of this room. If it is on, ask your technician to check its network and that its room is ${room}.`,
    });
  else problems.push(...gateways.filter((gateway) => !receives(gateway)).map((gateway) => notReceiving(gateway, now)));
  for (const { gateway, isCloned } of gateways)
    if (isCloned)
      problems.push({
        kind: 'cloned',
        title: `Two gateways are called ${gateway}`,
        advice: 'One of them runs from a copied card. Switch it off and ask your technician to give it an id of its own.',
      });
  if (store === 'away')
    problems.push({
      kind: 'store',
      title: 'Readings are shown but not stored yet',
      advice: 'The database does not answer. Points follow when it is back. Call your technician if this stays.',
    });
  if (registry === 'away')
    problems.push({
      kind: 'registry',
      title: 'The list of members does not answer',
      advice: 'Names and straps are shown as they were last known. Call your technician if this stays.',
    });
  for (const { code, sentence } of others)
    problems.push({ kind: 'other', title: titleOf(code), advice: `Show this to your technician: ${sentence}` });
  const isReceiving = broker === 'connected' && gateways.some(receives) && !others.some(({ stopsData }) => stopsData);
  return { isReceiving, problems };
}

/** Short words for what the server says to the technician. */
function titleOf(code: string): string {
  if (code.startsWith('processor-clock')) return 'The clock of the server is wrong';
  if (code.startsWith('gateway-clock')) return 'The clock of a gateway is wrong';
  if (code === 'connection-unstable') return 'The connection to the broker breaks again and again';
  if (code === 'gateway-sends-no-readings') return 'A gateway hears straps, but its readings do not arrive';
  return 'Readings arrive but cannot be used';
}

function notReceiving({ gateway, state, offlineSince }: LiveGateway, now: number): Problem {
  if (state === 'online')
    return {
      kind: 'no-radio',
      title: `Gateway ${gateway} has no radio`,
      advice: 'Plug in its ANT+ stick or Bluetooth adapter. If it is plugged in, pull it out and plug it in again.',
    };
  if (state === 'never-heard')
    return {
      kind: 'never-heard',
      title: `Gateway ${gateway} has not reported yet`,
      advice: 'Switch it on, and check its network cable or Wi-Fi.',
    };
  return {
    kind: 'offline',
    title: `Gateway ${gateway} is offline${offlineSince === undefined ? '' : ` since ${clockTime(offlineSince, now)}`}`,
    advice: 'Check its power and its network. It sends what it has kept when it is back.',
  };
}

const DAY_MS = 86_400_000;

/** `18:05` in the time of this screen, with the day when it was more than 20 hours ago. */
export function clockTime(at: number, now: number, timeZone?: string): string {
  const day = now - at > (20 / 24) * DAY_MS ? ({ day: 'numeric', month: 'short' } as const) : {};
  return new Intl.DateTimeFormat('en-GB', { ...day, hour: '2-digit', minute: '2-digit', timeZone }).format(at);
}
