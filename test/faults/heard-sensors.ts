import type { Reading } from '@pulseboard/contract';
import { AntStrap } from './ant-strap.js';
import { advertisedRate, BleStrap } from './ble-strap.js';
import { FootPod } from './foot-pod.js';
import type { LoggedFrame } from './radio-log.js';

/** A sensor silent for this long is forgotten, with its counters. */
const FORGOTTEN_MS = 600_000;
const HEART_RATE = 120;
const FOOT_POD = 124;

/** A broadcast of an ANT+ sensor as the stick hands it over. */
interface Broadcast {
  type: number;
  number: number;
  page: Buffer;
  rssiDbm?: number;
}

/** All sensors that one process of a gateway hears. */
export class HeardSensors {
  readonly #sensors = new Map<string, { sensor: AntStrap | FootPod | BleStrap; heardAt: number }>();
  #now = Number.NEGATIVE_INFINITY;

  /** @returns the reading that the frame makes, if it makes one */
  hear(frame: LoggedFrame): Reading | undefined {
    this.#now = Math.max(this.#now, frame.at);
    const bytes = Buffer.from(frame.bytes, 'hex');
    if (frame.kind === 'ble-notification')
      return this.#known(idOf(frame.address), BleStrap).notified(frame.characteristic, bytes, frame.at, frame.rssiDbm);
    if (frame.kind === 'ble-advertisement') {
      const rate = advertisedRate(frame.companyId, bytes);
      return rate && this.#known(idOf(frame.address), BleStrap).advertised(rate, frame.at, frame.rssiDbm);
    }
    const broadcast = broadcastOf(bytes);
    if (broadcast?.type === HEART_RATE)
      return this.#known(`ant-hr-${broadcast.number}`, AntStrap).hear(broadcast.page, frame.at, broadcast.rssiDbm);
    if (broadcast?.type === FOOT_POD)
      return this.#known(`ant-sdm-${broadcast.number}`, FootPod).hear(broadcast.page, frame.at, broadcast.rssiDbm);
    return undefined;
  }

  #known<T extends AntStrap | FootPod | BleStrap>(id: string, Kind: new (id: string) => T): T {
    let known = this.#sensors.get(id);
    if (!known || this.#now - known.heardAt >= FORGOTTEN_MS) {
      known = { sensor: new Kind(id), heardAt: this.#now };
      this.#sensors.set(id, known);
    }
    known.heardAt = this.#now;
    return known.sensor as T;
  }
}

const idOf = (address: string): string => `ble-${address.replaceAll(':', '').toLowerCase()}`;

/** @returns undefined for a frame that is cut, altered, no broadcast, or does not say whose it is */
function broadcastOf(frame: Buffer): Broadcast | undefined {
  const [sync, counted, id] = frame;
  const last = frame.length - 1;
  if (sync !== 0xa4 || id !== 0x4e || counted! + 4 !== frame.length || last < 12) return undefined;
  if (frame.subarray(0, last).reduce((xor, byte) => xor ^ byte, 0) !== frame[last]) return undefined;
  const flags = last > 12 ? frame[12]! : 0;
  const needed = (flags & 0x80 ? 4 : 0) + (flags & 0x40 ? 3 : 0) + (flags & 0x20 ? 2 : 0);
  if (!(flags & 0x80) || 13 + needed > last) return undefined;
  const broadcast: Broadcast = {
    type: frame[15]!,
    number: frame.readUInt16LE(13) + (frame[16]! >> 4) * 65_536,
    page: frame.subarray(4, 12),
  };
  if (flags & 0x40 && frame[17] === 0x20) broadcast.rssiDbm = frame.readInt8(18);
  return broadcast;
}
