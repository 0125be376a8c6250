import type { GatewayParams } from '@pulseboard/contract';
import type { SpoolBooks } from '../ingest/spool-books.js';
import type { Publisher } from './publisher.js';

export interface CommittedPublisherOptions {
  books: SpoolBooks;
  publisher: Pick<Publisher, 'connected' | 'committed'>;
  epoch(): number;
  /** For which store it speaks. */
  storeId(): string;
  /** What the books say is not sure then. */
  isStoreAway(): boolean;
}

/** Tells gateways what they may forget. */
export class CommittedPublisher {
  constructor(private readonly options: CommittedPublisherOptions) {}

  /** All that hold a spool: again and again, as nothing correct may hang on a retained message. */
  tellAll(): void {
    this.#tell(() => true);
  }

  /** Those of which a flush made something durable. */
  tell(gateways: readonly GatewayParams[]): void {
    const touched = new Set(gateways.map(keyOf));
    if (touched.size) this.#tell((to) => touched.has(keyOf(to)));
  }

  /** Names of unreadable batches are handed out once: not when nobody would hear them. */
  #tell(isAsked: (to: GatewayParams) => boolean): void {
    const { books, publisher, epoch, storeId, isStoreAway } = this.options;
    if (isStoreAway() || !publisher.connected) return;
    for (const { to, message } of books.committed(epoch(), isAsked)) publisher.committed(to, { store: storeId(), ...message });
  }
}

const keyOf = ({ gym, gateway }: GatewayParams): string => `${gym}/${gateway}`;
