import { type BleRadioOptions, createBleRadio } from '../radio/ble/ble-radio.js';
import type { BleTimes } from '../radio/ble/ble-times.js';
import type { RadioEvent, RadioSource } from '../radio/radio-source.js';
import { type MockAdapter, type MockBluez, type MockStrap, startMockBluez } from './mock-bluez.js';
import { createPrivateBus, findDbusDaemon, type PrivateBus } from './private-bus.js';

/** Short enough for a test, and for the mock long enough on a busy machine. */
export const QUICK: Partial<BleTimes> = {
  ...{ heartbeatMs: 40, callLimitMs: 3000, connectLimitMs: 1500, gattLimitMs: 1500, closeLimitMs: 1500 },
  ...{ retry: { firstMs: 20, longestMs: 200 }, strapRetry: { firstMs: 20, longestMs: 200 } },
  ...{ turnMs: 200, strapSilentAfterMs: 1500, heardWithinMs: 1000, receivingWithinMs: 300 },
};

export const daemon = findDbusDaemon();
if (!daemon) console.warn('tests with a Bluetooth daemon skipped: dbus-daemon is neither in TEST_DBUS_DAEMON nor on the path');
export const describeWithBus = daemon ? describe : describe.skip;

/** Polls, so that a busy machine only takes longer. @throws when it does not become true in time */
export async function until(condition: () => unknown, what: string | (() => string), limitMs = 20_000): Promise<void> {
  const endsAt = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endsAt) throw new Error(`waited ${limitMs} ms in vain: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

export const hex = (event: RadioEvent): string => Buffer.from(event.bytes).toString('hex');

/** Bus, BlueZ, straps and the driver: what is there and can be taken away. */
export class TestRoom {
  readonly events: RadioEvent[] = [];
  readonly reports: string[] = [];
  readonly bus: PrivateBus;
  radio: RadioSource;
  mock!: MockBluez;
  /** Of every BlueZ that is started. */
  readonly adapters = new Map<string, MockAdapter>([['hci0', {}]]);
  readonly straps: MockStrap[] = [];

  constructor(options: Partial<BleRadioOptions> = {}, limits: Record<string, number> = {}) {
    this.bus = createPrivateBus(daemon!, limits);
    this.radio = createBleRadio({
      clock: () => Math.floor(performance.now()),
      systemBusAddress: this.bus.address,
      report: (sentence) => this.reports.push(sentence),
      ...options,
      times: { ...QUICK, ...options.times },
    });
  }

  /** All of it, and the driver started. */
  async open(): Promise<this> {
    await this.bus.start();
    await this.startBluez();
    this.start();
    return this;
  }

  start(): void {
    this.radio.start((event) => this.events.push(event));
  }

  async startBluez(): Promise<void> {
    this.mock = await startMockBluez(this.bus.address);
    for (const [name, adapter] of this.adapters) this.mock.addAdapter(name, adapter);
    for (const strap of this.straps) this.mock.addStrap(strap);
  }

  async close(): Promise<void> {
    await this.radio.close();
    this.mock?.close();
    await this.bus.close();
  }

  from(address: string, kind?: RadioEvent['kind']): RadioEvent[] {
    return this.events.filter((event) => 'address' in event && event.address === address && (kind === undefined || event.kind === kind));
  }

  /** Waits until this many more were heard of each. @returns ms that it took */
  async hear(addresses: readonly string[], count = 1): Promise<number> {
    const beganMs = performance.now();
    const before = addresses.map((address) => this.from(address).length);
    await until(
      () => addresses.every((address, i) => this.from(address).length >= before[i]! + count),
      () =>
        `${count} of each of ${addresses.join(', ')}; state ${JSON.stringify(this.radio.receivers())}; ${this.reports.slice(-5).join(' | ')}`,
    );
    return performance.now() - beganMs;
  }
}
