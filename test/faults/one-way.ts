import type { Socket } from 'node:net';
import { Pacing } from './pacing.js';
import type { Weather } from './tcp-proxy.js';

/** On the way at once; more waits at its sender, as TCP has it. */
const MAX_BYTES = 65_536;

/** Bytes from one socket to another, in order and all of them, as slow as the weather has it. */
export class OneWay {
  #pacing = new Pacing();
  readonly #chunks: { bytes: Buffer; at: number }[] = [];
  #bytes = 0;
  #hasEnded = false;
  #isFull = false;
  #isDone = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly weather: () => Weather,
  ) {
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => {
      this.#hasEnded = true;
      this.look();
    });
    to.on('drain', () => {
      this.#isFull = false;
      this.look();
    });
    this.look();
  }

  /** The sender has ended, and all of it was handed on. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The weather is another one: what is under way arrives by it, but not later than it would have. */
  change(): void {
    const now = performance.now();
    this.#pacing = new Pacing();
    for (const chunk of this.#chunks) chunk.at = Math.min(chunk.at, this.#pacing.arrivalOf(chunk.bytes.length, now, this.weather()));
    this.look();
  }

  /** Hands on what is due. */
  look(): void {
    clearTimeout(this.#timer);
    if (this.#isDone) return;
    if (this.weather().reach === 'held') {
      this.from.pause();
      return;
    }
    const now = performance.now();
    while (this.#chunks.length > 0 && this.#chunks[0]!.at <= now && !this.#isFull && this.to.writable) {
      const { bytes } = this.#chunks.shift()!;
      this.#bytes -= bytes.length;
      this.#isFull = !this.to.write(bytes);
    }
    if (this.#bytes < MAX_BYTES) this.from.resume();
    const [next] = this.#chunks;
    if (next && !this.#isFull) this.#timer = setTimeout(() => this.look(), Math.max(1, next.at - now));
    if (!next && this.#hasEnded) {
      this.#isDone = true;
      this.to.end();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isDone = true;
  }

  #take(bytes: Buffer): void {
    this.#chunks.push({ bytes, at: this.#pacing.arrivalOf(bytes.length, performance.now(), this.weather()) });
    this.#bytes += bytes.length;
    if (this.#bytes >= MAX_BYTES) this.from.pause();
    this.look();
  }
}
