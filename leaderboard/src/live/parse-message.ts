import type { LiveMessage } from '@pulseboard/contract';

/** Each type of message with the lists that it must have. */
const LISTS: Readonly<Record<LiveMessage['type'], readonly string[]>> = {
  snapshot: ['rows'],
  delta: ['rows', 'gone'],
  'unknown-room': ['rooms'],
};

/**
 * The server is ours and of the same build: the page checks the frame, not each field.
 * @returns undefined for what this page does not know, such as a message of a newer server
 */
export function parseLiveMessage(text: unknown): LiveMessage | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const message = JSON.parse(text) as Record<string, unknown> | null;
    if (typeof message !== 'object' || message === null || typeof message.now !== 'number') return undefined;
    const lists = Object.hasOwn(LISTS, String(message.type)) ? LISTS[message.type as LiveMessage['type']] : undefined;
    return lists?.every((name) => Array.isArray(message[name])) ? (message as unknown as LiveMessage) : undefined;
  } catch {
    return undefined;
  }
}
