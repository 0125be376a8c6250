import type { LiveMessage } from '@pulseboard/contract';
import { backOffMs } from './back-off.js';
import { parseLiveMessage } from './parse-message.js';

/** refused: the server answers, and there is no such room. */
export type ConnectionState = 'live' | 'stale' | 'refused';

/** The part of a browser's WebSocket that is used here. */
export interface LiveSocket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  close(): void;
}

export interface ConnectionOptions {
  open: () => LiveSocket;
  onMessage: (message: LiveMessage) => void;
  /** @param again the server was there before, then away, and is back */
  onState: (state: ConnectionState, again: boolean) => void;
  /** Monotonic milliseconds. */
  clock: () => number;
  /** 0 to 1 */
  entropy: () => number;
}

export interface Connection {
  /** Do not wait for the back-off: the page was woken or the network is back. */
  retry(): void;
  close(): void;
}

/** The server speaks at least once a second. */
const STALE_AFTER_MS = 3000;
/** A socket that says nothing for so long is dead or never opened: a link that went away does not close it. */
const GIVE_UP_AFTER_MS = 7000;
const WATCH_EVERY_MS = 250;
const LATE_ATTEMPT = 10;

export function createConnection({ open, onMessage, onState, clock, entropy }: ConnectionOptions): Connection {
  let state: ConnectionState = 'stale';
  let socket: LiveSocket | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let heardAt = clock();
  let wasLive = false;

  const become = (next: ConnectionState) => {
    if (state === next) return;
    state = next;
    onState(next, next === 'live' && wasLive);
    if (next === 'live') wasLive = true;
  };

  const drop = () => {
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    socket = undefined;
  };

  const lose = () => {
    drop();
    become('stale');
    clearTimeout(retryTimer);
    retryTimer = setTimeout(connect, backOffMs(attempt++, entropy()));
  };

  /** The room may appear: ask again, as seldom as after many failures. */
  const wait = () => {
    drop();
    clearTimeout(retryTimer);
    retryTimer = setTimeout(connect, backOffMs(LATE_ATTEMPT, entropy()));
  };

  const connect = () => {
    clearTimeout(retryTimer);
    retryTimer = undefined;
    heardAt = clock();
    try {
      socket = open();
    } catch {
      lose();
      return;
    }
    let snapshot = false;
    socket.onclose = lose;
    socket.onmessage = ({ data }) => {
      const message = parseLiveMessage(data);
      // Deltas mean something only on top of this connection's own snapshot.
      if (!message || (!snapshot && message.type === 'delta')) return;
      heardAt = clock();
      attempt = 0;
      onMessage(message);
      if (message.type === 'unknown-room') {
        become('refused');
        wait();
        return;
      }
      snapshot = true;
      become('live');
    };
  };

  const watch = setInterval(() => {
    const silentMs = clock() - heardAt;
    if (silentMs > STALE_AFTER_MS && state === 'live') become('stale');
    if (silentMs > GIVE_UP_AFTER_MS && socket) lose();
  }, WATCH_EVERY_MS);

  connect();
  return {
    retry: () => {
      if (retryTimer !== undefined) connect();
    },
    close: () => {
      clearInterval(watch);
      clearTimeout(retryTimer);
      drop();
    },
  };
}
