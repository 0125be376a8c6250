import type { Reading } from '@pulseboard/contract';
import { decodeSdmPage, SDM_MAIN_PAGE } from '../decode/sdm-page.js';
import { makeReading, type Sensor } from './sensor.js';

const STEPS_PER_STRIDE = 2;
const REPEAT_AFTER_MS = 1000;

/**
 * Adds a page of a foot pod: a reading when the step count moved, else once a second.
 * `steps` is the pod's stride byte ×2, a counter that wraps at 512. `cadenceSpm` (steps a minute: the pod's strides a minute ×2) goes with
 * the first reading after it was heard. Totals of page 16 are not used: they count from another beginning.
 * @throws DecodeError PAGE_LENGTH
 */
export function unifyAntSdm(sensor: Sensor, bytes: Uint8Array, at: number, rssiDbm: number | undefined): Reading | undefined {
  const page = decodeSdmPage(bytes);
  if (page.cadenceSpm !== undefined) sensor.cadenceSpm = page.cadenceSpm;

  const counters = page.page === SDM_MAIN_PAGE && page.strides !== undefined;
  const steps = counters ? page.strides! * STEPS_PER_STRIDE : undefined;
  const due = sensor.lastReadingAt === undefined || at - sensor.lastReadingAt >= REPEAT_AFTER_MS;
  const moved = steps !== undefined && steps !== sensor.steps;
  if ((!due && !moved) || (steps === undefined && sensor.cadenceSpm === undefined)) return undefined;

  const { cadenceSpm } = sensor;
  sensor.cadenceSpm = undefined;
  if (steps !== undefined) sensor.steps = steps;
  return makeReading(sensor, at, { steps, cadenceSpm, distanceM: counters ? page.distanceM : undefined, rssiDbm });
}
