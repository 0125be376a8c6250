import type { Reading } from '@pulseboard/contract';

/** Fits the packet limits that brokers commonly have: AWS IoT takes 128 KiB, many installations of Mosquitto 64 KiB or 128 KiB. */
const MAX_BATCH_BYTES = 32_000;
/** No broker has a lower limit: smaller batches are never halved, and prove nothing. */
const MIN_BATCH_BYTES = 4000;
/** Envelope of a batch, about. */
const ENVELOPE_BYTES = 250;
/** Connections that ended one after the other while a batch was on its way. */
const STRIKES = 2;

/**
 * How large a batch may be. A broker with a packet limit ends the connection at a batch that is larger, and would do so for ever. An outage ends
 * connections, too, but hardly one after the other with a large batch on its way each time.
 */
export class BatchSize {
  #maxBytes = MAX_BATCH_BYTES;
  /** Largest batch on its way when this connection ended. */
  #failedBytes = 0;
  #strikes = 0;

  /** @param report is given a sentence for people */
  constructor(private readonly report: (sentence: string) => void) {}

  /** Of the readings of a batch, as JSON. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  onAcknowledged(bytes: number): void {
    if (bytes > MIN_BATCH_BYTES && bytes > this.#maxBytes / 2) this.#strikes = 0;
  }

  /** The connection ended before the broker acknowledged a batch. */
  onFailed(bytes: number): void {
    this.#failedBytes = Math.max(this.#failedBytes, bytes);
  }

  onConnect(): void {
    const bytes = this.#failedBytes;
    this.#failedBytes = 0;
    this.#strikes = bytes > MIN_BATCH_BYTES ? this.#strikes + 1 : 0;
    if (this.#strikes < STRIKES) return;
    this.#strikes = 0;
    this.#maxBytes = Math.max(MIN_BATCH_BYTES, Math.floor(Math.min(this.#maxBytes, bytes) / 2));
    this.report(
      `The connection to the broker ended ${STRIKES} times while a batch of ${bytes} bytes was on its way; batches have at most ${this.#maxBytes} bytes until this gateway is restarted. If the broker limits packets (max_packet_size of Mosquitto), allow 64 kB.`,
    );
  }
}

/** @returns runs of readings in their order, each with at most `maxBytes` as JSON; a reading that is larger is alone */
export function splitBySize(readings: readonly Reading[], maxBytes: number): Reading[][] {
  const parts: Reading[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const reading of readings) {
    const size = JSON.stringify(reading).length + 1;
    if (bytes + size > maxBytes) {
      parts.push([]);
      bytes = ENVELOPE_BYTES;
    }
    parts.at(-1)!.push(reading);
    bytes += size;
  }
  return parts;
}
