import type { Schedule } from '../pump.js';
import type { BleCharacteristic } from '../radio-source.js';
import type { BleTimes } from './ble-times.js';
import type { Characteristic, GattConnection, GattEvents } from './bluetooth.js';
import { BluetoothError } from './bluetooth-error.js';
import { Lifetime } from './lifetime.js';

export interface StrapLinkOptions {
  /** @throws BluetoothError */
  open(events: GattEvents): GattConnection;
  times: Pick<BleTimes, 'strapSilentAfterMs' | 'batteryIntervalMs'>;
  schedule?: Schedule | undefined;
  /** It notifies what we decode. */
  onServing(): void;
  onValue(characteristic: BleCharacteristic, bytes: Uint8Array): void;
  onBadValue(): void;
}

/** Of these a strap must have one; that they notify is what keeps the connection. */
const MEASUREMENTS = ['2a37', '2a53'] as const;

/** One connection to one strap: subscribes, reads the battery now and then, and ends when the strap goes or falls silent. */
export class StrapLink {
  /** Why it ended. Never rejects. */
  readonly ended: Promise<BluetoothError>;
  readonly #lifetime: Lifetime;
  #cancelSilence = () => {};

  constructor(private readonly options: StrapLinkOptions) {
    this.#lifetime = new Lifetime(options.schedule);
    this.ended = this.#serve();
  }

  end(reason: BluetoothError): void {
    this.#lifetime.end(reason);
  }

  async #serve(): Promise<BluetoothError> {
    let gatt: GattConnection | undefined;
    try {
      gatt = this.options.open({ onDisconnect: (error) => this.end(error), onBadValue: this.options.onBadValue });
      const characteristics = await this.#lifetime.race(connect(gatt));
      await this.#lifetime.race(this.#subscribe(characteristics));
      this.options.onServing();
      this.#awaitValue();
      void this.#readBattery(characteristics.get('2a19'));
      return await this.#lifetime.race(new Promise<never>(() => {}));
    } catch (error) {
      return error instanceof BluetoothError ? error : new BluetoothError('REFUSED', (error as Error).message);
    } finally {
      gatt?.close();
      this.#lifetime.end(new BluetoothError('ENDED', 'the connection is over'));
    }
  }

  #awaitValue(): void {
    this.#cancelSilence();
    const { strapSilentAfterMs } = this.options.times;
    this.#cancelSilence = this.#lifetime.after(strapSilentAfterMs, () => this.end(new BluetoothError('SILENT', 'the strap says nothing')));
  }

  /** @throws BluetoothError when there is none, or all refuse */
  async #subscribe(characteristics: Map<BleCharacteristic, Characteristic>): Promise<void> {
    let failure = new BluetoothError('REFUSED', 'the strap has neither heart rate nor running speed to notify');
    let subscribed = 0;
    for (const uuid of MEASUREMENTS) {
      const characteristic = characteristics.get(uuid);
      if (!characteristic?.canNotify) continue;
      try {
        await characteristic.subscribe((bytes) => {
          this.#awaitValue();
          this.options.onValue(uuid, bytes);
        });
        subscribed++;
      } catch (error) {
        failure = error as BluetoothError;
      }
    }
    if (subscribed === 0) throw failure;
  }

  /** A strap that does not tell its battery is served all the same. */
  async #readBattery(battery: Characteristic | undefined): Promise<void> {
    if (!battery) return;
    const onValue = (bytes: Uint8Array) => this.options.onValue('2a19', bytes);
    try {
      if (battery.canNotify) await battery.subscribe(onValue).catch(() => {});
      while (!this.#lifetime.isOver) {
        await battery.read().then(onValue, () => {});
        await this.#lifetime.sleep(this.options.times.batteryIntervalMs);
      }
    } catch (error) {
      if (!(error instanceof BluetoothError)) throw error;
    }
  }
}

async function connect(gatt: GattConnection): Promise<Map<BleCharacteristic, Characteristic>> {
  await gatt.connect();
  return gatt.discover();
}
