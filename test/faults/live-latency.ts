import type { LivePicture } from '@pulseboard/contract';
import { WebSocket } from 'ws';

export interface Quantiles {
  count: number;
  p50Ms: number;
  p99Ms: number;
}

/** How long readings take from the radio's byte to the WebSocket of the page, seen from the page. */
export class LiveLatency {
  readonly #latenciesMs: number[] = [];
  readonly #shown = new Map<string, number>();
  readonly #socket: WebSocket;

  #from = Number.POSITIVE_INFINITY;

  /** @param url of the board, http */
  constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace(/^http/, 'ws')}/live`);
    this.#socket.on('error', () => {});
    this.#socket.on('message', (data) => this.#take(JSON.parse(String(data)) as LivePicture, Date.now()));
  }

  /** Readings that were decoded before do not count. @param at UTC ms */
  countFrom(at: number): void {
    this.#from = at;
  }

  #take({ type, rows }: LivePicture, now: number): void {
    for (const { member, lastReadingAt } of rows) {
      if (lastReadingAt <= (this.#shown.get(member) ?? 0)) continue;
      this.#shown.set(member, lastReadingAt);
      if (type === 'delta' && lastReadingAt >= this.#from) this.#latenciesMs.push(now - lastReadingAt);
    }
  }

  quantiles(): Quantiles {
    return quantilesOf(this.#latenciesMs);
  }

  close(): void {
    this.#socket.close();
  }
}

/** NaN of nothing. */
export function quantilesOf(latenciesMs: readonly number[]): Quantiles {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
