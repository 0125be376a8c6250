import type { Clock } from '@pulseboard/contract';
import { SensorGate } from '../../unify/sensor-gate.js';
import type { Schedule } from '../pump.js';
import type { RadioEvent, RadioSource, ReceiverState } from '../radio-source.js';
import type { ReceiverTally } from './adapter-receiver.js';
import { BleSession } from './ble-session.js';
import { BLE_TIMES, type BleTimes } from './ble-times.js';
import type { Bluetooth } from './bluetooth.js';
import { BluetoothError } from './bluetooth-error.js';
import { absenceFault } from './bluetooth-faults.js';
import { loadBluez } from './bluez-session.js';
import { Lifetime } from './lifetime.js';
import { retryDelayMs } from './retry-delay.js';

export interface BleRadioOptions {
  /** Gives events their time; never goes back. */
  clock: Clock;
  /** Says which straps are connected; everybody unless given. */
  gate?: SensorGate | undefined;
  /** Of each adapter; 0: none, only advertisements are heard. */
  maxConnections?: number | undefined;
  /** As D-Bus writes it: `unix:path=…`; else the system's own. */
  systemBusAddress?: string | undefined;
  times?: Partial<BleTimes>;
  schedule?: Schedule;
  random?: () => number;
  /** Told why a strap could not be served, a sentence each. */
  report?: (sentence: string) => void;
}

/** More than 5 to 7 are beyond most adapters. */
const DEFAULT_MAX_CONNECTIONS = 5;

/** Every Bluetooth adapter of the machine, through BlueZ: comes, goes and comes back by itself. */
export function createBleRadio(options: BleRadioOptions): RadioSource {
  return new BleRadio(options);
}

class BleRadio implements RadioSource {
  readonly name = 'ble';
  readonly #lifetime: Lifetime;
  readonly #tallies = new Map<string, ReceiverTally>();
  readonly #gate: SensorGate;
  readonly #random: () => number;
  readonly #times: BleTimes;
  #session: BleSession | undefined;
  /** While a session says nothing of its own. */
  #between: ReceiverState[];
  /** Sessions that worked and were lost. */
  #restarts = 0;
  #supervised: Promise<void> | undefined;

  constructor(private readonly options: BleRadioOptions) {
    this.#lifetime = new Lifetime(options.schedule);
    this.#gate = options.gate ?? new SensorGate();
    this.#random = options.random ?? Math.random;
    this.#times = { ...BLE_TIMES, ...options.times };
    this.#between = this.#absent('Bluetooth is being started.');
  }

  start(onEvent: (event: RadioEvent) => void): void {
    this.#supervised = this.#supervise(onEvent);
  }

  receivers(): ReceiverState[] {
    const states = this.#session?.states() ?? [];
    if (states.length > 0) return states;
    const { absence } = this.#session ?? {};
    return absence ? this.#absent(absenceFault(absence)) : this.#between;
  }

  async close(): Promise<void> {
    this.#lifetime.end(new BluetoothError('ENDED', 'Bluetooth is being closed'));
    await this.#session?.close();
    await this.#supervised;
  }

  async #supervise(onEvent: (event: RadioEvent) => void): Promise<void> {
    const { systemBusAddress, schedule } = this.options;
    let bluetooth: Bluetooth | undefined;
    for (let failures = 0; !this.#lifetime.isOver; ) {
      try {
        bluetooth ??= await loadBluez({ systemBusAddress, schedule, times: this.#times });
        await this.#runSession(bluetooth, onEvent);
      } catch (error) {
        this.#noteFailure(error as Error);
      }
      failures = this.#session?.hasWorked ? 1 : failures + 1;
      this.#session = undefined;
      await this.#lifetime.sleep(retryDelayMs(failures, this.#times.retry, this.#random)).catch(() => {});
    }
  }

  async #runSession(bluetooth: Bluetooth, onEvent: (event: RadioEvent) => void): Promise<void> {
    if (this.#lifetime.isOver) return;
    const { clock, maxConnections = DEFAULT_MAX_CONNECTIONS, schedule, report = () => {} } = this.options;
    const of = {
      clock,
      gate: this.#gate,
      maxConnections,
      schedule,
      report,
      times: this.#times,
      random: this.#random,
      taken: new Set<string>(),
    };
    this.#session = new BleSession(bluetooth, of, (adapter) => this.#tallyOf(adapter), onEvent);
    await this.#session.run();
  }

  /** Whatever it was, it is tried again. */
  #noteFailure(error: Error): void {
    const fault = absenceFault(error instanceof BluetoothError ? error : new BluetoothError('REFUSED', error.message));
    if (this.#session?.hasWorked) this.#restarts++;
    const lost = this.#session?.states() ?? [];
    this.#between = lost.length > 0 ? lost.map((state) => ({ ...state, state: 'silent', fault })) : this.#absent(fault);
  }

  #absent(fault: string): ReceiverState[] {
    return [{ radio: this.name, state: 'absent', fault, badFrames: 0, restarts: this.#restarts }];
  }

  #tallyOf(adapter: string): ReceiverTally {
    let tally = this.#tallies.get(adapter);
    if (!tally) {
      tally = { badFrames: 0, restarts: 0, wasStarted: false };
      this.#tallies.set(adapter, tally);
    }
    return tally;
  }
}
