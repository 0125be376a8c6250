import type { Problem } from './problem.js';

export interface Connection {
  /** The processor has a connection to the broker. */
  isConnected: boolean;
  /** The broker has taken its subscriptions: what gateways publish arrives. */
  isSubscribed: boolean;
  /** How often the connection was lost within the last minute. */
  recentLosses: number;
  /** A sentence, once another client seems to use the same id. */
  clientIdFault?: string | undefined;
}

/** So many losses a minute are no outage: something makes the broker cut the connection each time. */
const MANY_LOSSES = 5;

/** What keeps the processor from hearing its gateways. */
export function connectionProblems({ isConnected, isSubscribed, recentLosses, clientIdFault }: Connection): Problem[] {
  const problem = (code: string, sentence: string): Problem[] => [{ code, sentence, stopsData: true }];
  if (recentLosses >= MANY_LOSSES)
    return problem(
      'connection-unstable',
      `The broker ended the connection of the processor ${recentLosses} times within the last minute, so readings arrive late or not at all. The log of the broker names the reason; a retained message that no client can take is one.`,
    );
  if (!isConnected)
    return problem(
      'broker-away',
      'The broker does not answer: start it, or check PULSEBOARD_BROKER_URL. The gateways keep their readings.',
    );
  if (!isSubscribed)
    return problem(
      'not-subscribed',
      'The broker has not accepted the subscriptions of the processor, so nothing is heard: check the rules of the broker for its user.',
    );
  return clientIdFault === undefined ? [] : [{ code: 'client-id-shared', sentence: clientIdFault, stopsData: false }];
}
