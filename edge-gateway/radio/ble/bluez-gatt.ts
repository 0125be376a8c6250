import type { BleCharacteristic } from '../radio-source.js';
import type { Characteristic, GattConnection, GattEvents } from './bluetooth.js';
import { BluetoothError } from './bluetooth-error.js';
import {
  BluezBus,
  type BluezOptions,
  type Device,
  type GattCharacteristic,
  type GattServer,
  type Libraries,
  type Message,
} from './bluez.js';
import { CHARACTERISTIC } from './bluez-signals.js';

/** Services by the characteristics in them that are decoded. */
const SERVICES: Record<BleCharacteristic, string> = { '2a37': '180d', '2a53': '1814', '2a19': '180f' };
const fullUuid = (short: string) => `0000${short}-0000-1000-8000-00805f9b34fb`;
/** The longest an attribute can be (Core Specification, volume 3, part F, 3.2.9). */
const MAX_VALUE_BYTES = 512;

/** A strap, on a bus connection of its own, which ends with it: whatever node-ble leaves hanging is left in the air. */
export class BluezGatt implements GattConnection {
  readonly #bus: BluezBus;
  #device: Device | undefined;

  constructor(
    libraries: Libraries,
    private readonly options: BluezOptions,
    private readonly of: { adapter: string; address: string },
    private readonly events: GattEvents,
  ) {
    this.#bus = new BluezBus(libraries, options, (message) => this.#checkValue(message), events.onDisconnect);
  }

  async connect(): Promise<void> {
    const { callLimitMs, connectLimitMs } = this.options.times;
    await this.#bus.ready;
    const adapter = await this.#bus.within(callLimitMs, 'the adapter', this.#bus.bluetooth.getAdapter(this.of.adapter));
    const device = await this.#bus.within(callLimitMs, 'the strap', adapter.getDevice(this.of.address));
    device.on('disconnect', () =>
      this.#bus.guard(() => this.events.onDisconnect(new BluetoothError('DISCONNECTED', 'the strap has disconnected'))),
    );
    this.#device = device;
    await this.#bus.within(connectLimitMs, 'the strap', device.connect());
  }

  async discover(): Promise<Map<BleCharacteristic, Characteristic>> {
    const found = new Map<BleCharacteristic, Characteristic>();
    const gatt = await this.#gatt();
    const services = await gatt.services();
    for (const [uuid, serviceUuid] of Object.entries(SERVICES) as [BleCharacteristic, string][]) {
      if (!services.includes(fullUuid(serviceUuid))) continue;
      const service = await gatt.getPrimaryService(fullUuid(serviceUuid));
      if (!(await service.characteristics()).includes(fullUuid(uuid))) continue;
      const characteristic = await service.getCharacteristic(fullUuid(uuid));
      const flags = await this.#bus.within(this.options.times.callLimitMs, 'the strap', characteristic.getFlags());
      found.set(uuid, this.#characteristic(characteristic, flags.includes('notify') || flags.includes('indicate')));
    }
    return found;
  }

  /** node-ble can miss that the services are resolved, and then waits for ever; asked again it sees that they are. */
  async #gatt(): Promise<GattServer> {
    const ask = () => this.#bus.within(this.options.times.gattLimitMs, 'what the strap offers', this.#device!.gatt());
    try {
      return await ask();
    } catch (error) {
      if ((error as BluetoothError).code !== 'TIMED_OUT') throw error;
      return ask();
    }
  }

  #characteristic(characteristic: GattCharacteristic, canNotify: boolean): Characteristic {
    const { callLimitMs } = this.options.times;
    return {
      canNotify,
      subscribe: (onValue) => {
        characteristic.on('valuechanged', (bytes) => this.#bus.guard(() => onValue(bytes)));
        return this.#bus.within(callLimitMs, 'the strap', characteristic.startNotifications());
      },
      read: () => this.#bus.within(callLimitMs, 'the strap', characteristic.readValue()),
    };
  }

  /** Takes a value that is no bytes out of the signal before node-ble makes something of it: of text it makes bytes, of a number an exception. */
  #checkValue({ member, body }: Message): void {
    if (member !== 'PropertiesChanged' || body[0] !== CHARACTERISTIC || !body[1]?.Value) return;
    const { signature, value } = body[1].Value;
    if (signature === 'ay' && value.length > 0 && value.length <= MAX_VALUE_BYTES) return;
    delete body[1].Value;
    this.events.onBadValue();
  }

  close(): void {
    this.#bus.close();
  }
}
