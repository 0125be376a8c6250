import { decodeAdvertisedHeartRate } from '../../unify/ble.js';
import type { RadioEvent, ReceiverState } from '../radio-source.js';
import type { BluetoothNews, BluetoothSession } from './bluetooth.js';
import { BluetoothError } from './bluetooth-error.js';
import { readDeviceFacts } from './device-facts.js';
import { Discovery } from './discovery.js';
import { type HeardDevice, HeardDevices } from './heard-devices.js';
import { type ConnectionOptions, isStrap, StrapConnections } from './strap-connections.js';

/** What is counted of an adapter, also across sessions. */
export interface ReceiverTally {
  badFrames: number;
  restarts: number;
  wasStarted: boolean;
}

type DeviceNews = Extract<BluetoothNews, { kind: 'device' }>;

/** One adapter in one session with BlueZ: searches, hands over what is advertised, and connects who only speaks when connected. */
export class AdapterReceiver {
  readonly radio: string;
  readonly #discovery: Discovery;
  readonly #devices: HeardDevices;
  readonly #connections: StrapConnections;
  /** Devices that BlueZ is being asked about. */
  readonly #asked = new Set<string>();
  #handedOverAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly adapter: string,
    private readonly session: BluetoothSession,
    private readonly tally: ReceiverTally,
    private readonly options: ConnectionOptions,
    private readonly onEvent: (event: RadioEvent) => void,
  ) {
    this.radio = `ble ${adapter}`;
    this.#devices = new HeardDevices(options.times.forgetAfterMs);
    this.#connections = new StrapConnections(adapter, session, this.#devices, options, {
      onNotification: (event) => this.#handOver(event),
      onBadValue: () => tally.badFrames++,
    });
    this.#discovery = new Discovery(adapter, session, {
      ...options,
      onOff: () => this.#forgetAll(),
      onStarted() {
        if (tally.wasStarted) tally.restarts++;
        tally.wasStarted = true;
      },
    });
  }

  state(): ReceiverState {
    const { badFrames, restarts } = this.tally;
    const { state, fault } = this.#discovery;
    const of = (state: ReceiverState['state']): ReceiverState => ({ radio: this.radio, state, badFrames, restarts });
    if (state === 'off') return { ...of('absent'), ...(fault === undefined ? {} : { fault }) };
    if (this.options.clock() - this.#handedOverAt < this.options.times.receivingWithinMs) return of('receiving');
    return state === 'refused' && fault !== undefined ? { ...of('silent'), fault } : of('searching');
  }

  /** At each heartbeat. @throws BluetoothError when BlueZ does not answer */
  async check(): Promise<void> {
    try {
      await this.#discovery.check();
    } catch (error) {
      // The adapter may just be going: BlueZ will say so.
      if ((error as BluetoothError).code !== 'REFUSED') throw error;
    }
    for (const device of this.#devices.sweep(this.options.clock(), this.options.taken)) this.#removeFromBluez(device);
    this.#connections.step();
  }

  notePower(isOn: boolean): void {
    this.#discovery.notePower(isOn);
  }

  hear({ address, properties, gone, isNew }: DeviceNews): void {
    const isHeard = 'RSSI' in properties || 'ManufacturerData' in properties;
    if (!this.#devices.get(address) && !isNew) {
      // BlueZ knows it and we do not any more: whether its address rotates has to be asked before it is believed.
      if (isHeard) void this.#ask(address);
      return;
    }
    const facts = readDeviceFacts(properties);
    this.tally.badFrames += facts.badValues;
    const at = this.options.clock();
    const device = this.#devices.note(address, at, facts, isHeard);
    if (gone.includes('RSSI')) device.rssiDbm = undefined;
    if (!isHeard) return;
    this.#discovery.noteHeard(at);
    for (const { companyId, bytes } of facts.manufacturerData) {
      if (showsHeartRate(companyId, bytes, address)) device.heartRateAdvertisedAt = at;
      this.#handOver({ ...this.#heard(device, at), kind: 'ble-advertisement', companyId, bytes });
    }
    this.#connections.noteHeard(device);
  }

  /** Out of BlueZ's memory: known, but not heard. */
  remember({ address, properties }: DeviceNews): void {
    if (!this.#devices.get(address)) this.#devices.note(address, this.options.clock(), readDeviceFacts(properties), false);
  }

  remove(address: string): void {
    this.#devices.remove(address);
    this.#connections.remove(address);
  }

  /** Disconnects the straps and stops searching, as far as BlueZ still answers. */
  async close(): Promise<void> {
    await Promise.all([this.#connections.close(), this.session.stopDiscovery(this.adapter).catch(() => {})]);
  }

  #handOver(event: RadioEvent): void {
    this.#handedOverAt = event.at;
    this.onEvent(event);
  }

  #heard({ address, addressType, rssiDbm }: HeardDevice, at: number) {
    return { at, radio: this.radio, address, ...(addressType && { addressType }), ...(rssiDbm !== undefined && { rssiDbm }) };
  }

  async #ask(address: string): Promise<void> {
    if (this.#asked.has(address)) return;
    this.#asked.add(address);
    try {
      const properties = await this.session.device(this.adapter, address);
      this.hear({ kind: 'device', adapter: this.adapter, address, properties, gone: [], isNew: true });
    } catch (error) {
      if (!(error instanceof BluetoothError)) throw error;
    } finally {
      this.#asked.delete(address);
    }
  }

  #forgetAll(): void {
    this.#devices.clear();
    void this.#connections.drop(new BluetoothError('DISCONNECTED', 'the adapter is off'));
  }

  /** BlueZ keeps each strap that was ever connected, and node-ble reads the whole list at each connect. */
  #removeFromBluez(device: HeardDevice): void {
    if (isStrap(device) && !device.isKept) this.session.removeDevice(this.adapter, device.address).catch(() => {});
  }
}

function showsHeartRate(companyId: number, bytes: Uint8Array, address: string): boolean {
  try {
    return decodeAdvertisedHeartRate(companyId, bytes, address).heartRateBpm !== undefined;
  } catch {
    return false;
  }
}
