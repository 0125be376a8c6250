import type { LiveMessage, LivePicture } from '@pulseboard/contract';

/**
 * The server is ours and of the same build: the page checks the frame, not each field.
 * @returns undefined for what this page does not know, such as a message of a newer server
 */
export function parseLiveMessage(text: unknown): LiveMessage | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const message = JSON.parse(text) as Partial<LivePicture> | null;
    if (typeof message !== 'object' || message === null || typeof message.now !== 'number' || !Array.isArray(message.rows))
      return undefined;
    if (message.type === 'snapshot') return message as LiveMessage;
    if (message.type === 'delta' && Array.isArray(message.gone)) return message as LiveMessage;
    return undefined;
  } catch {
    return undefined;
  }
}
