import type { Clock } from '@pulseboard/contract';
import type { BleTimes } from './ble-times.js';
import type { BluetoothSession } from './bluetooth.js';
import type { BluetoothError } from './bluetooth-error.js';
import { discoveryFault, offFault } from './bluetooth-faults.js';
import { retryDelayMs } from './retry-delay.js';

export interface DiscoveryOptions {
  clock: Clock;
  times: BleTimes;
  random: () => number;
  onOff(): void;
  /** It searches again, or for the first time. */
  onStarted(): void;
}

/** Keeps one adapter on and searching. */
export class Discovery {
  /** `off`: absent to us; `refused`: on, but deaf. */
  state: 'off' | 'refused' | 'searching' = 'refused';
  fault: string | undefined;
  #heardAt: number;
  /** Once it was on, whoever switches it off wants it so. */
  #wasOn = false;
  #failures = 0;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly adapter: string,
    private readonly session: BluetoothSession,
    private readonly options: DiscoveryOptions,
  ) {
    this.#heardAt = options.clock();
  }

  /** Any device was heard. */
  noteHeard(at: number): void {
    this.#heardAt = at;
  }

  /** It was switched on or off: off ends all that it did, however short it was. */
  notePower(isOn: boolean): void {
    this.#retryAt = Number.NEGATIVE_INFINITY;
    if (!isOn) this.#noteOff();
  }

  /** Looks, and mends what is to be mended. @throws BluetoothError when it cannot even look */
  async check(): Promise<void> {
    const { Powered, Discovering } = await this.session.adapter(this.adapter);
    if (Powered !== true && !(await this.#powerOn())) return;
    this.#wasOn = true;
    const isDeaf = this.options.clock() - this.#heardAt >= this.options.times.deafAfterMs;
    if (this.state === 'searching' && Discovering === true && !isDeaf) return;
    await this.#start(isDeaf);
  }

  /** @returns whether it is on now */
  async #powerOn(): Promise<boolean> {
    this.#noteOff();
    if (this.#wasOn) {
      this.fault = offFault(this.adapter);
      return false;
    }
    return this.#attempt(
      () => this.session.powerOn(this.adapter),
      (error) => offFault(this.adapter, error),
    );
  }

  #noteOff(): void {
    if (this.state === 'off') return;
    this.state = 'off';
    this.options.onOff();
  }

  async #start(isDeaf: boolean): Promise<void> {
    if (this.state === 'off') {
      this.state = 'refused';
      this.fault = undefined;
      this.#retryAt = Number.NEGATIVE_INFINITY;
    }
    if (isDeaf) await this.session.stopDiscovery(this.adapter).catch(() => {});
    const isStarted = await this.#attempt(
      () => this.#startAnew(),
      (error) => discoveryFault(this.adapter, error),
    );
    this.state = isStarted ? 'searching' : 'refused';
    if (!isStarted) return;
    this.#heardAt = this.options.clock();
    // In an empty room nothing is heard, and nothing was wrong.
    if (!isDeaf) this.options.onStarted();
  }

  /** BlueZ may hold that a discovery of ours is going on while nothing is searched. */
  async #startAnew(): Promise<void> {
    try {
      await this.session.startDiscovery(this.adapter);
    } catch (error) {
      if ((error as BluetoothError).dbusName !== 'org.bluez.Error.InProgress') throw error;
      await this.session.stopDiscovery(this.adapter).catch(() => {});
      await this.session.startDiscovery(this.adapter);
    }
  }

  /** @returns whether it was done; not before its time either */
  async #attempt(act: () => Promise<void>, faultOf: (error: BluetoothError) => string): Promise<boolean> {
    const { clock, times, random } = this.options;
    if (clock() < this.#retryAt) return false;
    try {
      await act();
    } catch (error) {
      this.fault = faultOf(error as BluetoothError);
      this.#retryAt = clock() + retryDelayMs(++this.#failures, times.retry, random);
      return false;
    }
    this.fault = undefined;
    this.#failures = 0;
    return true;
  }
}
