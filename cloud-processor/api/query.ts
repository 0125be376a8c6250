import { BadRequestException } from '@nestjs/common';
import { cutText, type Id, isId, parseUtcTime, RANKINGS, type RankBy } from '@pulseboard/contract';
import type { DeadLetterPlace } from '../storage/time-series-store.js';

interface Limits {
  most: number;
  otherwise: number;
}
const OF_SECONDS: Limits = { most: 86_400, otherwise: 3600 };
export const OF_DEAD_LETTERS: Limits = { most: 1000, otherwise: 100 };

/** @throws BadRequestException naming the parameter */
export function parseId(name: string, value: string): Id {
  if (!isId(value)) throw new BadRequestException(`${name} "${value}" is no id: lower-case letters, digits, - and _, at most 63.`);
  return value;
}

/** A time as UTC milliseconds or ISO 8601. */
function parseTime(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  try {
    return parseUtcTime(value);
  } catch (error) {
    throw new BadRequestException(`${name} ${JSON.stringify(cutText(value, 100))} ${(error as Error).message}.`);
  }
}

/** Span of time, `from` included, `to` not. Without `from` it begins with the first that is stored, without `to` it ends now. */
export function parseSpan(from: string | undefined, to: string | undefined, now: number): { from: number; to: number } {
  const span = { from: parseTime('from', from, 0), to: parseTime('to', to, now) };
  if (span.from >= span.to) throw new BadRequestException('from must be before to.');
  return span;
}

export function parseLimit(value: string | undefined, { most, otherwise }: Limits = OF_SECONDS): number {
  if (value === undefined) return otherwise;
  const limit = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > most) throw new BadRequestException(`limit must be a whole number from 1 to ${most}.`);
  return limit;
}

const PLACE = /^(\d{1,15})\.([a-z0-9]{8,32})\.(\d{1,15})$/;

/** Where a page of dead letters ended, as one text: time, spool and number. */
export const placeText = ({ arrivedAt, spool, number }: DeadLetterPlace): string => `${arrivedAt}.${spool}.${number}`;

export function parsePlace(value: string | undefined): DeadLetterPlace | undefined {
  if (value === undefined) return undefined;
  const [, arrivedAt, spool, number] = PLACE.exec(value) ?? [];
  if (!spool) throw new BadRequestException(`after "${value}" is no place: give what an answer said as nextAfter.`);
  return { arrivedAt: Number(arrivedAt), spool, number: Number(number) };
}

export function parseRankBy(value: string | undefined): RankBy {
  if (value === undefined) return 'points';
  const found = RANKINGS.find((rankBy) => rankBy === value);
  if (!found) throw new BadRequestException(`rankBy "${value}" is none of ${RANKINGS.join(', ')}.`);
  return found;
}
