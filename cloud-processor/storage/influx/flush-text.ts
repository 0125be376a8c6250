import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { MemberSecond } from '@pulseboard/contract';
import type { StoredReading } from '../../aggregation/stored-reading.js';
import type { SecondPlace } from './influx-schema.js';

/** What InfluxDB has to take of a flush. Taking it again changes nothing. */
export interface PointsOfFlush {
  readings: readonly StoredReading[];
  seconds: readonly MemberSecond[];
  /** Where nothing stands any more. */
  moved: readonly SecondPlace[];
  /** They stood there before: one that is refused now is no dead letter. */
  isAgain?: boolean;
}

const squeeze = promisify(deflate);
const expand = promisify(inflate);

/** As rows, not as lines: a later release may write other lines. Squeezed to a fifth; as text, since a driver takes far longer for bytes. */
export const textOf = async (points: PointsOfFlush): Promise<string> =>
  (await squeeze(JSON.stringify({ v: 1, ...points }), { level: 1 })).toString('base64');

export async function pointsIn(text: string): Promise<PointsOfFlush> {
  const { readings, seconds, moved, isAgain = false } = JSON.parse((await expand(Buffer.from(text, 'base64'))).toString('utf8'));
  return { readings, seconds, moved, isAgain };
}
