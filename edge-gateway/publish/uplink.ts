import type { Committed, GatewayHealth, GatewayResponse, ReadingBatch } from '@pulseboard/contract';

/** The way to the processor, whatever carries it. Nothing is queued in it: what is not connected is not sent. */
export interface Uplink {
  readonly connected: boolean;
  /** Resolves when the broker took the batch; that says nothing about its safety. Rejects when the connection goes. */
  sendBatch(batch: ReadingBatch): Promise<void>;
  sendHealth(health: GatewayHealth): void;
  sendResponse(action: string, response: GatewayResponse): void;
  /** Says `offline`, then closes. */
  close(): Promise<void>;
}

export interface UplinkEvents {
  onConnect(): void;
  onCommitted(committed: Committed): void;
  onRequest(action: string, payload: unknown): void;
}
