import type { RadioHealth } from '@pulseboard/contract';

interface Heard {
  /** Time at reception by the clock that the driver was given; whole ms. */
  at: number;
  /** Which receiver heard it, as health names it; absent: the only one of its source. */
  radio?: string;
}

interface BleHeard extends Heard {
  /** With colons, upper case. */
  address: string;
  /** Absent where nobody knows; a private random address changes every few minutes. */
  addressType?: 'public' | 'random';
  rssiDbm?: number;
}

/** What a radio hands over: bytes as they came off the air, and when. */
export type RadioEvent =
  | (Heard & { kind: 'ant-frame'; bytes: Uint8Array })
  | (BleHeard & { kind: 'ble-notification'; characteristic: BleCharacteristic; bytes: Uint8Array })
  | (BleHeard & { kind: 'ble-advertisement'; companyId: number; bytes: Uint8Array });

/** Heart Rate Measurement, RSC Measurement, Battery Level. */
export type BleCharacteristic = '2a37' | '2a53' | '2a19';

/** One antenna: a stick, an adapter. What the driver itself knows of it; events are counted where they are decoded. */
export interface ReceiverState {
  /** `ant 1-1.4` (USB bus and ports), `ble hci0`; of what is not there `ant` or `ble`. */
  radio: string;
  state: RadioHealth['state'];
  /** Why it is absent or silent, and what to do: a sentence for people. */
  fault?: string;
  /** Frames that it could not make out, and that were not handed over. */
  badFrames: number;
  /** How often it was set up anew since the start: unplugged, silent, refused. */
  restarts: number;
}

/** A driver: real, simulated or replayed. Downstream of it nobody knows which. */
export interface RadioSource {
  readonly name: string;
  /** Begins to hand over events, in order of `at`. Called once; never throws for what hardware does. */
  start(onEvent: (event: RadioEvent) => void): void;
  /** At least one: a driver without hardware has one that is `absent`. */
  receivers(): ReceiverState[];
  close(): Promise<void>;
}
