import { bleSensorId, type Clock } from '@pulseboard/contract';
import { isRotatingAddress, type SensorGate } from '../../unify/sensor-gate.js';
import type { Schedule } from '../pump.js';
import type { RadioEvent } from '../radio-source.js';
import type { BleTimes } from './ble-times.js';
import type { BluetoothSession } from './bluetooth.js';
import { BluetoothError } from './bluetooth-error.js';
import { nextConnectionStep, type StrapTurn } from './connection-plan.js';
import type { HeardDevice, HeardDevices } from './heard-devices.js';
import { retryDelayMs } from './retry-delay.js';
import { StrapLink } from './strap-link.js';

export interface ConnectionOptions {
  clock: Clock;
  gate: SensorGate;
  /** Of one adapter. */
  maxConnections: number;
  times: BleTimes;
  schedule?: Schedule | undefined;
  random: () => number;
  /** Straps that an adapter is connected to, or tries: the others leave them alone. */
  taken: Set<string>;
  /** Told why a strap could not be served, a sentence each. */
  report: (sentence: string) => void;
}

interface Turn extends StrapTurn {
  /** In a row: connections that brought nothing. */
  failures: number;
  /** There while it is being connected, served or let go. */
  link?: StrapLink;
  hasDelivered?: boolean;
}

type Notification = Extract<RadioEvent, { kind: 'ble-notification' }>;

/** Heart Rate, Running Speed and Cadence. */
const STRAP_SERVICES = ['0000180d-0000-1000-8000-00805f9b34fb', '00001814-0000-1000-8000-00805f9b34fb'];
export const isStrap = ({ uuids }: HeardDevice): boolean => STRAP_SERVICES.some((service) => uuids.includes(service));

/** Connects the straps around one adapter that tell nothing unless they are connected, in fair turns. */
export class StrapConnections {
  readonly #turns = new Map<string, Turn>();
  /** Connections that are being taken apart are in it until they are. */
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  constructor(
    private readonly adapter: string,
    private readonly session: BluetoothSession,
    private readonly devices: HeardDevices,
    private readonly options: ConnectionOptions,
    private readonly events: { onNotification(event: Notification): void; onBadValue(): void },
  ) {}

  /** To be called when a device was heard: it need not wait for the next `step` while there is a place for it. */
  noteHeard(device: HeardDevice): void {
    if (this.#running.size >= this.options.maxConnections || !this.#isCandidate(device)) return;
    const turn = this.#turns.get(device.address);
    if (!turn || turn.retryAt <= this.options.clock()) this.step();
  }

  /** Connects or disconnects whoever is next; to be called now and then. */
  step(): void {
    if (this.#isClosed) return;
    const { clock, maxConnections, times } = this.options;
    const now = clock();
    const { connect, disconnect } = nextConnectionStep(this.#presentTurns(now), now, { slots: maxConnections, turnMs: times.turnMs });
    if (connect !== undefined) this.#connect(this.#turns.get(connect)!);
    if (disconnect !== undefined) this.#turns.get(disconnect)!.link!.end(new BluetoothError('ENDED', 'it makes place for another strap'));
  }

  /** @param address BlueZ does not know it any more */
  remove(address: string): void {
    this.#turns.get(address)?.link?.end(new BluetoothError('DISCONNECTED', 'BlueZ has removed the strap'));
  }

  /** Ends all connections. */
  async drop(reason: BluetoothError): Promise<void> {
    for (const { link } of this.#turns.values()) link?.end(reason);
    await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.drop(new BluetoothError('ENDED', 'Bluetooth is being closed'));
  }

  /** Turns of those that have a connection, or wait for one and are there. */
  #presentTurns(now: number): Turn[] {
    for (const device of this.devices.all())
      if (this.#isCandidate(device) && !this.#turns.has(device.address))
        this.#turns.set(device.address, { address: device.address, phase: 'waiting', since: now, retryAt: now, failures: 0 });
    const isPresent = (turn: Turn): boolean => {
      if (turn.link) return true;
      const device = this.devices.get(turn.address);
      if (!device && now - turn.since >= this.options.times.forgetAfterMs) this.#turns.delete(turn.address);
      return device !== undefined && this.#isCandidate(device);
    };
    return [...this.#turns.values()].filter(isPresent);
  }

  #isCandidate(device: HeardDevice): boolean {
    const { clock, gate, taken, times } = this.options;
    if (!isStrap(device) || taken.has(device.address)) return false;
    if (clock() - device.heartRateAdvertisedAt < times.advertisesWithinMs) return false;
    // What BlueZ is connected to does not advertise: a former process of ours left it behind, or a program beside us has it.
    if (!device.isConnected && !this.#isNear(device)) return false;
    const { address, addressType, rssiDbm, heardAt } = device;
    const at = Math.max(heardAt, device.notedAt);
    return (
      gate.refusal(bleSensorId(address), at, this.#isNear(device) ? rssiDbm : undefined, isRotatingAddress(address, addressType)) ===
      undefined
    );
  }

  /** Heard just now, so that its signal strength is worth something. */
  #isNear({ rssiDbm, heardAt }: HeardDevice): boolean {
    return rssiDbm !== undefined && this.options.clock() - heardAt <= this.options.times.heardWithinMs;
  }

  #connect(turn: Turn): void {
    const { clock, taken, times, schedule } = this.options;
    const { address } = turn;
    Object.assign(turn, { phase: 'connecting', since: clock(), hasDelivered: false });
    taken.add(address);
    const link = new StrapLink({
      open: (events) => this.session.openGatt(this.adapter, address, events),
      times,
      schedule,
      onServing: () => {
        Object.assign(turn, { phase: 'serving', since: clock() });
        this.step();
      },
      onValue: (characteristic, bytes) => {
        if (characteristic !== '2a19') turn.hasDelivered = true;
        this.events.onNotification(this.#notification(address, characteristic, bytes));
      },
      onBadValue: this.events.onBadValue,
    });
    turn.link = link;
    const running = this.#tidyUp(turn, link).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Its slot is free once BlueZ has disconnected it. */
  async #tidyUp(turn: Turn, link: StrapLink): Promise<void> {
    const { clock, random, report, taken, times } = this.options;
    const reason = await link.ended;
    // Until then nobody else is to be connected.
    turn.phase = 'connecting';
    await this.session.disconnect(this.adapter, turn.address).catch(() => {});
    taken.delete(turn.address);
    delete turn.link;
    const now = clock();
    Object.assign(turn, { phase: 'waiting', since: now });
    if (turn.hasDelivered) turn.failures = 0;
    else if (reason.code !== 'ENDED') turn.failures++;
    turn.retryAt = turn.failures > 0 ? now + retryDelayMs(turn.failures, times.strapRetry, random) : now;
    if (reason.code !== 'ENDED') report(`${bleSensorId(turn.address)} on ${this.adapter}: ${reason.message}; it is tried again.`);
    this.step();
  }

  #notification(address: string, characteristic: Notification['characteristic'], bytes: Uint8Array): Notification {
    const device = this.devices.get(address);
    return {
      kind: 'ble-notification',
      at: this.options.clock(),
      radio: `ble ${this.adapter}`,
      address,
      ...(device?.addressType === undefined ? {} : { addressType: device.addressType }),
      characteristic,
      bytes,
      ...(device && this.#isNear(device) ? { rssiDbm: device.rssiDbm! } : {}),
    };
  }
}
