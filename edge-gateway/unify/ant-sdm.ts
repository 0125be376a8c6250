import type { Reading } from '@pulseboard/contract';
import { decodeSdmPage, SDM_MAIN_PAGE, SDM_TOTALS_PAGE } from '../decode/sdm-page.js';
import { learnBattery, makeReading, type Sensor } from './sensor.js';

const STEPS_PER_STRIDE = 2;
const REPEAT_AFTER_MS = 1000;

/** What was heard since the last reading, and goes with the next one. */
export interface PodNews {
  cadenceSpm?: number;
  speedMps?: number;
  kcal?: number;
  totalSteps?: number;
  totalDistanceM?: number;
}

/**
 * Adds a page of a foot pod: a reading when the step count moved, else once a second.
 * `steps` is the pod's stride byte ×2, a counter that wraps at 512. Cadence, speed, kilocalories and the totals of page 16 go with the first reading after
 * they were heard. The totals have names of their own: they count from another beginning.
 * @throws DecodeError PAGE_LENGTH
 */
export function unifyAntSdm(sensor: Sensor, bytes: Uint8Array, at: number, rssiDbm: number | undefined): Reading | undefined {
  const page = decodeSdmPage(bytes);
  learnBattery(sensor, page);
  sensor.pod ??= {};
  const news = sensor.pod;
  if (page.cadenceSpm !== undefined) news.cadenceSpm = page.cadenceSpm;
  if (page.speedMps !== undefined) news.speedMps = page.speedMps;
  if (page.kcal !== undefined) news.kcal = page.kcal;
  if (page.page === SDM_TOTALS_PAGE) {
    news.totalSteps = page.strides! * STEPS_PER_STRIDE;
    news.totalDistanceM = page.distanceM!;
  }

  const isMain = page.page === SDM_MAIN_PAGE;
  const steps = isMain ? page.strides! * STEPS_PER_STRIDE : undefined;
  const due = sensor.lastReadingAt === undefined || at - sensor.lastReadingAt >= REPEAT_AFTER_MS;
  const moved = steps !== undefined && steps !== sensor.steps;
  const isNews = Object.keys(news).length > 0 || sensor.batteryIsNews;
  if ((!due && !moved) || (steps === undefined && !isNews)) return undefined;

  sensor.pod = undefined;
  if (steps !== undefined) sensor.steps = steps;
  return makeReading(sensor, at, { steps, ...news, distanceM: isMain ? page.distanceM : undefined, rssiDbm });
}
