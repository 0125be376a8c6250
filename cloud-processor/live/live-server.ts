import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, type Id, type LiveState, type SessionResults, UNKNOWN_ROOM_CLOSE_CODE } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Boards } from '../board/boards.js';
import type { RoomBoard } from '../board/room-board.js';
import { LiveFeed } from './live-feed.js';
import { type KnownRoom, unknownRoom } from './unknown-room.js';

export interface LiveServerOptions {
  boards: Boards;
  clock: Clock;
  /** Room of the bare path `/live`. */
  defaultRoom: { gym: Id; room: Id };
  /** Every room that exists, by gym and room. */
  rooms(): readonly KnownRoom[];
  isKnown(gym: Id, room: Id): boolean;
  roomName(gym: Id, room: Id): string;
  /** What stands between the straps of a room and its page. */
  stateOf(gym: Id, room: Id): LiveState;
  resultsOf?(board: RoomBoard, now: number): SessionResults | undefined;
  log: Logger;
}

/**
 * At most 20 pushes in any second, at least one. Not one each 50 ms: gateways send each 50 ms too, and a push that once waited
 * for its turn would stay as late behind them for ever.
 */
const MAX_PUSHES_PER_SECOND = 20;
const HEARTBEAT_MS = 1000;
/** A page that does not read is cut off: it comes back by itself and gets a snapshot. */
const MAX_BUFFERED_BYTES = 1_000_000;

interface Channel {
  feed: LiveFeed;
  clients: Set<WebSocket>;
  /** Times of the last 20 pushes, oldest first. */
  pushedAt: number[];
  /** When the timer, if there is one, pushes. */
  dueAt: number;
  timer: NodeJS.Timeout | undefined;
}

/** The WebSocket of the wall page: `/live` and `/live/{gym}/{room}`; a room that does not exist is answered with the rooms that do. */
export class LiveServer {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 });
  readonly #channels = new Map<string, Channel>();
  readonly #heartbeat: NodeJS.Timeout;
  #pushes = 0;

  constructor(
    private readonly options: LiveServerOptions,
    private readonly server: Server,
  ) {
    server.on('upgrade', this.#onUpgrade);
    this.#heartbeat = setInterval(() => {
      for (const [key, channel] of this.#channels)
        if (performance.now() - channel.pushedAt.at(-1)! >= HEARTBEAT_MS / 2) this.#push(key, channel);
    }, HEARTBEAT_MS / 2);
  }

  /** Pictures pushed since the start, and pages that listen. */
  get counts(): { pushes: number; clients: number } {
    return { pushes: this.#pushes, clients: this.#sockets.clients.size };
  }

  /**
   * The picture of a room changed: its listeners hear of it at once, or as soon as they may.
   * @param patienceMs what can wait this long goes along with the next reading, else it would push the readings out of step
   */
  changed(board: RoomBoard, patienceMs = 0): void {
    const key = `${board.gym}/${board.room}`;
    const channel = this.#channels.get(key);
    if (!channel) return;
    const now = performance.now();
    const dueAt = Math.max(now + patienceMs, channel.pushedAt[0]! + 1000);
    if (channel.timer && channel.dueAt <= dueAt) return;
    clearTimeout(channel.timer);
    channel.dueAt = dueAt;
    channel.timer = setTimeout(() => this.#push(key, channel), dueAt - now);
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.server.off('upgrade', this.#onUpgrade);
    for (const { timer } of this.#channels.values()) clearTimeout(timer);
    for (const socket of this.#sockets.clients) socket.terminate();
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Node took its own handler off: a client that resets now must not end the process.
    socket.on('error', (error) => this.options.log.debug({ err: error.message }, 'upgrade broken off'));
    const at = this.#roomOf(request.url ?? '');
    if (!at || !isOwnPage(request)) {
      const status = at ? '403 Forbidden' : '404 Not Found';
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      if (this.options.isKnown(at.gym, at.room)) this.#join(client, at.gym, at.room);
      else this.#refuse(client, at);
    });
  };

  /** The room as the address names it, which may be no id; undefined when the path is another one. */
  #roomOf(url: string): { gym: string; room: string } | undefined {
    const [live, ...names] = url.split('?')[0]!.split('/').filter(Boolean);
    if (live !== 'live') return undefined;
    const [gym, ...room] = names.map(decoded);
    return gym === undefined ? this.options.defaultRoom : { gym, room: room.join('/') };
  }

  #refuse(client: WebSocket, at: { gym: string; room: string }): void {
    const { clock, rooms, log } = this.options;
    client.on('error', (error) => log.debug({ err: error.message }, 'page gone'));
    const message = unknownRoom(at, rooms(), clock());
    client.send(JSON.stringify(message));
    client.close(UNKNOWN_ROOM_CLOSE_CODE, `${message.reason} room`);
    log.debug({ gym: message.gym, room: message.room, reason: message.reason }, 'a page asked for a room that does not exist');
  }

  #join(client: WebSocket, gym: Id, room: Id): void {
    const { boards, clock, roomName, stateOf, resultsOf, log } = this.options;
    const key = `${gym}/${room}`;
    let channel = this.#channels.get(key);
    if (!channel) {
      channel = {
        feed: new LiveFeed(
          boards.of(gym, room),
          roomName(gym, room),
          () => stateOf(gym, room),
          (now) => resultsOf?.(boards.of(gym, room), now),
        ),
        clients: new Set(),
        pushedAt: new Array(MAX_PUSHES_PER_SECOND).fill(Number.NEGATIVE_INFINITY),
        dueAt: 0,
        timer: undefined,
      };
      this.#channels.set(key, channel);
    }
    channel.clients.add(client);
    client.on('close', () => this.#leave(key, client));
    client.on('error', (error) => log.debug({ err: error.message }, 'page gone'));
    client.send(JSON.stringify(channel.feed.snapshot(clock())));
    log.debug({ room: key, listeners: channel.clients.size }, 'page connected');
  }

  #leave(key: string, client: WebSocket): void {
    const channel = this.#channels.get(key);
    if (!channel) return;
    channel.clients.delete(client);
    if (channel.clients.size > 0) return;
    clearTimeout(channel.timer);
    this.#channels.delete(key);
    const [gym, room] = key.split('/') as [Id, Id];
    this.options.boards.dropIfUnused(gym, room);
  }

  #push(key: string, channel: Channel): void {
    clearTimeout(channel.timer);
    channel.timer = undefined;
    this.#pushes++;
    channel.pushedAt.shift();
    channel.pushedAt.push(performance.now());
    const text = JSON.stringify(channel.feed.delta(this.options.clock()));
    for (const client of channel.clients) {
      if (client.bufferedAmount > MAX_BUFFERED_BYTES) {
        this.options.log.warn({ room: key }, 'a page does not read; it is cut off and comes back');
        client.terminate();
      } else client.send(text);
    }
  }
}

/** A page from elsewhere may not look through a browser on this machine; what is no browser sends no origin. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}

/** A part of a path; what is not encoded as it should be is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
