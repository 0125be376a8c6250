import type { RadioHealth } from '@pulseboard/contract';

/** What a radio hands over: bytes as they came off the air, and when. `at` is UTC ms (an integer) at reception. */
export type RadioEvent =
  | { kind: 'ant-frame'; at: number; bytes: Uint8Array }
  | { kind: 'ble-notification'; at: number; address: string; characteristic: BleCharacteristic; bytes: Uint8Array; rssiDbm?: number }
  | { kind: 'ble-advertisement'; at: number; address: string; companyId: number; bytes: Uint8Array; rssiDbm?: number };

/** Heart Rate Measurement, RSC Measurement, Battery Level. */
export type BleCharacteristic = '2a37' | '2a53' | '2a19';

/** A driver: real, simulated or replayed. Downstream of it nobody knows which. */
export interface RadioSource {
  /** Begins to hand over events, in order of `at`. Called once. */
  start(onEvent: (event: RadioEvent) => void): void;
  /** What the driver itself knows of its state; frames are counted where they are decoded. */
  state(): RadioHealth['state'];
  readonly name: string;
  close(): Promise<void>;
}
