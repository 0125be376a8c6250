import { antHeartRateSensorId, antSdmSensorId, bleSensorId, type Id, type Reading } from '@pulseboard/contract';
import { decodeAntFrame, HEART_RATE_DEVICE_TYPE, SDM_DEVICE_TYPE } from '../decode/ant-frame.js';
import { DecodeError } from '../decode/decode-error.js';
import type { RadioEvent } from '../radio/radio-source.js';
import { unifyAntHeartRate } from './ant-heart-rate.js';
import { unifyAntSdm } from './ant-sdm.js';
import { decodeAdvertisedHeartRate, unifyBleAdvertisement, unifyBleNotification } from './ble.js';
import { type Sensor, type StrapState, strapState } from './sensor.js';

/** A sensor not heard for this long is forgotten: a room full of passing phones must not fill the memory. */
const FORGET_AFTER_MS = 600_000;
const SWEEP_INTERVAL_MS = 60_000;

export interface UnifyResult {
  readings: Reading[];
  /** The event's bytes could not be decoded; the caller counts it. */
  error?: DecodeError;
}

/** Radio events in order of `at`, to readings. The same events give the same readings: time is the events' own. */
export interface Unifier {
  /** Never throws for what came off the air. */
  accept(event: RadioEvent): UnifyResult;
  /** Sensors heard in the last 10 minutes of event time. */
  straps(): StrapState[];
}

/** State is changed in place, as 40 straps at 4 Hz replayed 1000 times faster than life are 160,000 frames a second. */
export function createUnifier(): Unifier {
  const sensors = new Map<string | number, Sensor>();
  let now = Number.NEGATIVE_INFINITY;
  let sweptAt = Number.NEGATIVE_INFINITY;

  const isForgotten = (sensor: Sensor): boolean => now - sensor.lastHeardAt >= FORGET_AFTER_MS;

  function sweep(): void {
    if (now - sweptAt < SWEEP_INTERVAL_MS) return;
    sweptAt = now;
    for (const [key, sensor] of sensors) if (isForgotten(sensor)) sensors.delete(key);
  }

  function hear(key: string | number, idOf: () => Id, rssiDbm: number | undefined): Sensor {
    let sensor = sensors.get(key);
    if (!sensor || isForgotten(sensor)) {
      sensor = { id: idOf(), lastHeardAt: now, batteryIsNews: false };
      sensors.set(key, sensor);
    }
    sensor.lastHeardAt = now;
    if (rssiDbm !== undefined) sensor.rssiDbm = rssiDbm;
    return sensor;
  }

  function unifyAnt(bytes: Uint8Array, at: number): Reading | undefined {
    const { deviceNumber, deviceType, page, rssiDbm } = decodeAntFrame(bytes);
    if (deviceNumber === undefined || deviceType === undefined) {
      throw new DecodeError('FRAME_NO_CHANNEL_ID', 'the frame does not say whose it is: switch on extended messages of the stick');
    }
    // A foot pod and a strap may share a number.
    const key = (deviceType << 20) | deviceNumber;
    switch (deviceType) {
      case HEART_RATE_DEVICE_TYPE:
        return unifyAntHeartRate(
          hear(key, () => antHeartRateSensorId(deviceNumber), rssiDbm),
          page,
          at,
          rssiDbm,
        );
      case SDM_DEVICE_TYPE:
        return unifyAntSdm(
          hear(key, () => antSdmSensorId(deviceNumber), rssiDbm),
          page,
          at,
          rssiDbm,
        );
      default:
        return undefined;
    }
  }

  function unify(event: RadioEvent): Reading | undefined {
    if (event.kind === 'ant-frame') return unifyAnt(event.bytes, event.at);
    const id = bleSensorId(event.address);
    if (event.kind === 'ble-notification')
      return unifyBleNotification(
        hear(id, () => id, event.rssiDbm),
        event,
      );
    const heartRate = decodeAdvertisedHeartRate(event.companyId, event.bytes);
    if (heartRate?.heartRateBpm === undefined && heartRate?.contact === undefined) return undefined;
    return unifyBleAdvertisement(
      hear(id, () => id, event.rssiDbm),
      event,
      heartRate,
    );
  }

  return {
    accept(event) {
      now = Math.max(now, event.at);
      sweep();
      try {
        const reading = unify(event);
        return { readings: reading ? [reading] : [] };
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        return { readings: [], error };
      }
    },
    straps: () => [...sensors.values()].filter((sensor) => !isForgotten(sensor)).map(strapState),
  };
}
