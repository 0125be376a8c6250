import type { LiveMessage, LiveUnknownRoom, RankBy } from '@pulseboard/contract';
import { type Order, settle } from './layout/order.js';
import { type BoardState, reduceBoard } from './live/board-state.js';
import type { ConnectionState } from './live/connection.js';

/** Everything that the page shows. */
export interface View {
  readonly board: BoardState | undefined;
  /** The server says that there is no such room. */
  readonly unknownRoom: LiveUnknownRoom | undefined;
  readonly order: Order;
  readonly metric: RankBy;
  readonly connection: ConnectionState;
  /** When the last message came, by the page's monotonic clock. */
  readonly heardAt: number;
}

export interface ViewStore {
  readonly view: View;
  message(message: LiveMessage): void;
  connection(state: ConnectionState): void;
  select(metric: RankBy): void;
  /** @returns how to stop */
  subscribe(listener: (view: View) => void): () => void;
}

/** @param clock monotonic milliseconds */
export function createViewStore(metric: RankBy, clock: () => number): ViewStore {
  const listeners = new Set<(view: View) => void>();
  let view: View = {
    board: undefined,
    unknownRoom: undefined,
    order: settle(undefined, new Map(), metric, clock()),
    metric,
    connection: 'stale',
    heardAt: clock(),
  };

  const show = (changes: Partial<View>) => {
    const next = { ...view, ...changes };
    view = {
      ...next,
      order: settle(next.board === undefined ? undefined : view.order, next.board?.members ?? new Map(), next.metric, clock()),
    };
    for (const listener of listeners) listener(view);
  };

  return {
    get view() {
      return view;
    },
    message: (message) =>
      show(
        message.type === 'unknown-room'
          ? { unknownRoom: message, board: undefined, heardAt: clock() }
          : { unknownRoom: undefined, board: reduceBoard(view.board, message), heardAt: clock() },
      ),
    connection: (connection) => show({ connection }),
    select: (selected) => show({ metric: selected }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
