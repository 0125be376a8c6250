import { BadRequestException } from '@nestjs/common';
import { type Id, isId, RANKINGS, type RankBy } from '@pulseboard/contract';
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

const UTC_MS = /^\d{1,15}$/;
/** With its offset: a time without one means another moment on each machine. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** A time as UTC milliseconds or ISO 8601. */
function parseTime(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined || value === '') return otherwise;
  const at = UTC_MS.test(value) ? Number(value) : ISO_8601.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isSafeInteger(at))
    throw new BadRequestException(
      `${name} "${value}" is no time: give UTC milliseconds or ISO 8601 with its offset, such as 2026-01-31T18:00:00Z.`,
    );
  return at;
}

/** Span of time, `from` included, `to` not. Without `from` it begins with the first that is stored, without `to` it ends now. */
export function parseSpan(from: string | undefined, to: string | undefined, now: number): { from: number; to: number } {
  const span = { from: parseTime('from', from, 0), to: parseTime('to', to, now) };
  if (span.from >= span.to) throw new BadRequestException('from must be before to.');
  return span;
}

export function parseLimit(value: string | undefined, { most, otherwise }: Limits = OF_SECONDS): number {
  const limit = value === undefined || value === '' ? otherwise : Number(value);
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw new BadRequestException(`limit must be a whole number from 1 to ${most}.`);
  return limit;
}

const PLACE = /^(\d{1,15})\.([a-z0-9]{8,32})\.(\d{1,15})$/;

/** Where a page of dead letters ended, as one text: time, spool and number. */
export const placeText = ({ arrivedAt, spool, number }: DeadLetterPlace): string => `${arrivedAt}.${spool}.${number}`;

export function parsePlace(value: string | undefined): DeadLetterPlace | undefined {
  if (value === undefined || value === '') return undefined;
  const [, arrivedAt, spool, number] = PLACE.exec(value) ?? [];
  if (!spool) throw new BadRequestException(`after "${value}" is no place: give what an answer said as nextAfter.`);
  return { arrivedAt: Number(arrivedAt), spool, number: Number(number) };
}

export function parseRankBy(value: string | undefined): RankBy {
  if (value === undefined || value === '') return 'points';
  const found = RANKINGS.find((rankBy) => rankBy === value);
  if (!found) throw new BadRequestException(`rankBy "${value}" is none of ${RANKINGS.join(', ')}.`);
  return found;
}
