import type { Committed, GatewayHealth, GatewayResponse } from '@pulseboard/contract';

/** The way to the processor, whatever carries it. Nothing is queued in it: what is not connected is not sent. */
export interface Uplink {
  readonly connected: boolean;
  /** @param payload a `ReadingBatch` as JSON. Resolves when the broker took the batch; that says nothing about its safety. Rejects when the connection goes. */
  sendBatch(payload: string): Promise<void>;
  sendHealth(health: GatewayHealth): void;
  sendResponse(action: string, response: GatewayResponse): void;
  /** Says `offline`, then closes. */
  close(): Promise<void>;
}

export interface UplinkEvents {
  onConnect(): void;
  onDisconnect(): void;
  onCommitted(committed: Committed): void;
  /** A processor told the time, just now. @param now UTC ms */
  onProcessorNow(now: number): void;
  onRequest(action: string, payload: unknown): void;
}
