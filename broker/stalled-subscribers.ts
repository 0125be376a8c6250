import type { Duplex } from 'node:stream';

/**
 * A subscriber is cut off when this many bytes wait for it. It is also the size at which a write counts as "full": before that no write of aedes waits for a
 * slow reader, and so no other client does.
 */
export const MAX_WAITING_BYTES = 1_000_000;

/** A publisher waits at most this long for a subscriber that does not read; aedes waits 60 s. */
export const DRAIN_TIMEOUT_MS = 2000;

/** What is waiting for a subscriber, and its end. */
export interface SubscriberConnection extends Pick<Duplex, 'writableLength' | 'destroyed' | 'destroy'> {}

/**
 * Cuts off a subscriber that does not read what it is sent.
 * @param unsentBytes what has left the stream and waits elsewhere: in a WebSocket
 * @returns whether it is cut off: nothing may be written to it any more
 */
export function cutIfStalled(connection: SubscriberConnection, unsentBytes: number): boolean {
  if (connection.destroyed) return true;
  const waiting = connection.writableLength + unsentBytes;
  if (waiting <= MAX_WAITING_BYTES) return false;
  connection.destroy(new Error(`it does not read: ${waiting} bytes wait for it, and at most ${MAX_WAITING_BYTES} may`));
  return true;
}
