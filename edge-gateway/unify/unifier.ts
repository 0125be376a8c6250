import { antHeartRateSensorId, antSdmSensorId, bleSensorId, type CadenceRule, type Id, type Reading } from '@pulseboard/contract';
import { decodeAntFrame, HEART_RATE_DEVICE_TYPE, SDM_DEVICE_TYPE } from '../decode/ant-frame.js';
import { DecodeError } from '../decode/decode-error.js';
import type { RadioEvent } from '../radio/radio-source.js';
import { unifyAntHeartRate } from './ant-heart-rate.js';
import { unifyAntSdm } from './ant-sdm.js';
import { decodeAdvertisedHeartRate, type Unified, unifyBleAdvertisement, unifyBleNotification } from './ble.js';
import { cadenceUnitOf } from './cadence-rules.js';
import { type Sensor, type StrapState, strapState } from './sensor.js';
import { isRotatingAddress, type Refusal, SensorGate } from './sensor-gate.js';

/** A sensor not heard for this long is forgotten: a room full of passing phones must not fill the memory. */
const FORGET_AFTER_MS = 600_000;
const SWEEP_INTERVAL_MS = 60_000;

export interface UnifyResult {
  readings: Reading[];
  /** Whose it is; absent when it is nobody's that we know. */
  sensor?: Id;
  /** Why it is not listened to. */
  refused?: Refusal;
  /** The event's bytes could not be decoded, or only in part: then there is a reading too. The caller counts it. */
  error?: DecodeError;
}

/** Radio events in order of `at`, to readings. The same events give the same readings: time is the events' own. */
export interface Unifier {
  /** Never throws for what came off the air. */
  accept(event: RadioEvent): UnifyResult;
  /** Sensors heard in the last 10 minutes of event time. */
  straps(): StrapState[];
}

/**
 * State is changed in place, as 40 straps at 4 Hz replayed 1000 times faster than life are 160,000 frames a second.
 * @param gate whose heartbeats are taken
 * @param cadenceRules what the cadence of single Bluetooth pods counts
 */
export function createUnifier(gate: SensorGate = new SensorGate(), cadenceRules: readonly CadenceRule[] = []): Unifier {
  const sensors = new Map<string | number, Sensor>();
  let now = Number.NEGATIVE_INFINITY;
  let sweptAt = Number.NEGATIVE_INFINITY;

  const isForgotten = (sensor: Sensor): boolean => now - sensor.lastHeardAt >= FORGET_AFTER_MS;

  function sweep(): void {
    if (now - sweptAt < SWEEP_INTERVAL_MS) return;
    sweptAt = now;
    for (const [key, sensor] of sensors) if (isForgotten(sensor)) sensors.delete(key);
  }

  /** @param make of the sensor what it says */
  function hear(
    key: string | number,
    idOf: () => Id,
    { rssiDbm, isRotating }: { rssiDbm: number | undefined; isRotating?: boolean },
    make: (sensor: Sensor) => Unified,
  ): UnifyResult {
    const known = sensors.get(key);
    const id = known?.id ?? idOf();
    const refused = gate.refusal(id, now, rssiDbm, isRotating);
    if (refused) return { readings: [], sensor: id, refused };
    let sensor = known;
    if (!sensor || isForgotten(sensor)) {
      sensor = { id, lastHeardAt: now, batteryIsNews: false };
      sensors.set(key, sensor);
    }
    sensor.lastHeardAt = now;
    if (rssiDbm !== undefined) sensor.rssiDbm = rssiDbm;
    const { reading, damage } = make(sensor);
    return { readings: reading ? [reading] : [], sensor: id, ...(damage && { error: damage }) };
  }

  function unifyAnt(bytes: Uint8Array, at: number): UnifyResult {
    const { deviceNumber, deviceType, page, rssiDbm } = decodeAntFrame(bytes);
    if (deviceNumber === undefined || deviceType === undefined) {
      throw new DecodeError('FRAME_NO_CHANNEL_ID', 'the frame does not say whose it is: switch on extended messages of the stick');
    }
    // A foot pod and a strap may share a number.
    const key = (deviceType << 20) | deviceNumber;
    switch (deviceType) {
      case HEART_RATE_DEVICE_TYPE:
        return hear(
          key,
          () => antHeartRateSensorId(deviceNumber),
          { rssiDbm },
          (sensor) => ({ reading: unifyAntHeartRate(sensor, page, at, rssiDbm) }),
        );
      case SDM_DEVICE_TYPE:
        return hear(
          key,
          () => antSdmSensorId(deviceNumber),
          { rssiDbm },
          (sensor) => ({ reading: unifyAntSdm(sensor, page, at, rssiDbm) }),
        );
      default:
        return nothing;
    }
  }

  function unify(event: RadioEvent): UnifyResult {
    if (event.kind === 'ant-frame') return unifyAnt(event.bytes, event.at);
    const id = bleSensorId(event.address);
    const of = { rssiDbm: event.rssiDbm, isRotating: isRotatingAddress(event.address, event.addressType) };
    if (event.kind === 'ble-notification')
      return hear(
        id,
        () => id,
        of,
        (sensor) => unifyBleNotification(sensor, event, cadenceUnitOf(cadenceRules, id)),
      );
    const heartRate = decodeAdvertisedHeartRate(event.companyId, event.bytes, event.address);
    if (heartRate.heartRateBpm === undefined && heartRate.contact === undefined) return nothing;
    return hear(
      id,
      () => id,
      of,
      (sensor) => ({ reading: unifyBleAdvertisement(sensor, event, heartRate) }),
    );
  }

  return {
    accept(event) {
      now = Math.max(now, event.at);
      sweep();
      try {
        return unify(event);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        return { readings: [], error };
      }
    },
    straps: () => [...sensors.values()].filter((sensor) => !isForgotten(sensor)).map(strapState),
  };
}

const nothing: UnifyResult = { readings: [] };
