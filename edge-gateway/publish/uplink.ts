import type { Committed, GatewayHealth, GatewayResponse } from '@pulseboard/contract';
import type { ProcessorWord } from '../clock/anchored-clock.js';

/** The way to the processor, whatever carries it. Nothing is queued in it: what is not connected is not sent. */
export interface Uplink {
  /** @param payload a `ReadingBatch` as JSON. Resolves when the broker took the batch; that says nothing about its safety. Rejects when the connection goes. */
  sendBatch(payload: string): Promise<void>;
  /** Calls `run` each time a processor says that readings reach it. */
  onProcessorHears(run: () => void): void;
  sendHealth(health: GatewayHealth): void;
  sendResponse(action: string, response: GatewayResponse): void;
  /** Says `offline`, then closes. */
  close(): Promise<void>;
}

export interface UplinkEvents {
  /** Batches reach the broker, and what is committed comes back. */
  onConnect(): void;
  /** That is over. Called before the batches on their way are given up. */
  onDisconnect(): void;
  onCommitted(committed: Committed): void;
  /** A processor said the time, just now. @param now UTC ms */
  onProcessorNow(now: number, word: ProcessorWord): void;
  onRequest(action: string, payload: unknown): void;
}
