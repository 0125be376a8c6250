import type { RadioEvent, ReceiverState } from '../radio-source.js';
import { AdapterReceiver, type ReceiverTally } from './adapter-receiver.js';
import type { Bluetooth, BluetoothNews, BluetoothSession } from './bluetooth.js';
import { BluetoothError } from './bluetooth-error.js';
import { Lifetime } from './lifetime.js';
import { retryDelayMs } from './retry-delay.js';
import type { ConnectionOptions } from './strap-connections.js';

/** From one connection to the bus until it, or BlueZ, is gone: finds the adapters, and looks after them at each heartbeat. */
export class BleSession {
  /** Why there is no adapter; undefined while that is not known. */
  absence: BluetoothError | undefined;
  readonly #receivers = new Map<string, AdapterReceiver>();
  readonly #lifetime: Lifetime;
  readonly #session: BluetoothSession;
  #owner: string | undefined;
  #isDue = false;
  #bluezStarts = 0;
  #startBluezAt = Number.NEGATIVE_INFINITY;
  #tornDown: Promise<void> | undefined;

  /** @throws BluetoothError NO_BUS */
  constructor(
    bluetooth: Bluetooth,
    private readonly options: ConnectionOptions,
    private readonly tallyOf: (adapter: string) => ReceiverTally,
    private readonly onEvent: (event: RadioEvent) => void,
  ) {
    this.#lifetime = new Lifetime(options.schedule);
    this.#session = bluetooth.open({ onNews: (news) => this.#hear(news), onLost: (error) => this.#lifetime.end(error) });
  }

  /** It has found BlueZ. */
  get hasWorked(): boolean {
    return this.#owner !== undefined;
  }

  /** Of the adapters that there are. */
  states(): ReceiverState[] {
    return [...this.#receivers.values()].map((receiver) => receiver.state());
  }

  /** Until the session ends. @throws BluetoothError always: why */
  async run(): Promise<never> {
    try {
      await this.#session.ready;
      for (;;) {
        this.#isDue = false;
        await this.#beat();
        if (!this.#isDue) await this.#lifetime.sleep(this.options.times.heartbeatMs);
      }
    } finally {
      await this.close();
    }
  }

  /** Takes everything apart, as far as the other side still answers. Never rejects. */
  close(): Promise<void> {
    this.#tornDown ??= this.#tearDown();
    return this.#tornDown;
  }

  async #tearDown(): Promise<void> {
    await Promise.all([...this.#receivers.values()].map((receiver) => receiver.close()));
    this.#session.close();
    this.#lifetime.end(new BluetoothError('ENDED', 'Bluetooth is being closed'));
  }

  async #beat(): Promise<void> {
    const owner = await this.#session.bluezOwner();
    if (this.#owner !== undefined && owner !== this.#owner) throw new BluetoothError('NO_BLUEZ', 'BlueZ has stopped');
    if (owner === undefined) {
      this.absence = new BluetoothError('NO_BLUEZ', 'nobody has its name');
      return this.#startBluez();
    }
    if (this.#owner === undefined || this.#receivers.size === 0) await this.#findAdapters();
    this.#owner = owner;
    await Promise.all([...this.#receivers.values()].map((receiver) => receiver.check()));
  }

  async #findAdapters(): Promise<void> {
    const everything = await this.#session.everything();
    for (const news of everything) if (news.kind === 'adapter') this.#add(news.adapter);
    for (const news of everything) if (news.kind === 'device') this.#receivers.get(news.adapter)?.remember(news);
    this.#noteAbsence();
  }

  /** Debian does not start a BlueZ again that has crashed; the bus does when it is asked, unless somebody has disabled it. */
  async #startBluez(): Promise<void> {
    const { clock, times, random } = this.options;
    if (clock() < this.#startBluezAt) return;
    this.#startBluezAt = clock() + retryDelayMs(++this.#bluezStarts, times.retry, random);
    await this.#session.startBluez().catch((error: BluetoothError) => {
      if (error.code === 'NOT_ALLOWED') this.absence = error;
    });
  }

  #hear(news: BluetoothNews): void {
    switch (news.kind) {
      case 'bluez':
        this.#hurry();
        return;
      case 'adapter':
        if (news.isNew) this.#add(news.adapter);
        if ('Powered' in news.properties) {
          this.#receivers.get(news.adapter)?.notePower(news.properties.Powered === true);
          this.#hurry();
        }
        return;
      case 'adapter-gone':
        void this.#receivers.get(news.adapter)?.close();
        this.#receivers.delete(news.adapter);
        this.#noteAbsence();
        return;
      case 'device':
        this.#receivers.get(news.adapter)?.hear(news);
        return;
      case 'device-gone':
        this.#receivers.get(news.adapter)?.remove(news.address);
        return;
    }
  }

  #hurry(): void {
    this.#isDue = true;
    this.#lifetime.wake();
  }

  #add(adapter: string): void {
    if (this.#receivers.has(adapter) || this.#tornDown) return;
    this.#receivers.set(adapter, new AdapterReceiver(adapter, this.#session, this.tallyOf(adapter), this.options, this.onEvent));
    this.#noteAbsence();
  }

  #noteAbsence(): void {
    this.absence = this.#receivers.size > 0 ? undefined : new BluetoothError('NO_ADAPTER', 'BlueZ has no adapter');
  }
}
