/** Why a text is not a time: the end of a sentence. */
export class TimeTextError extends Error {
  readonly code = 'TIME_TEXT_INVALID';
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|([+-])(\d{2}):?(\d{2}))$/;
/** 2001 to 5138 as seconds, 1970 to 1973 as milliseconds: nobody means those. */
const SECONDS = /^\d{9,11}$/;
const MAX_UTC_MS = 4_102_444_800_000;
const MAX_OFFSET_H = 14;

/**
 * A time as UTC milliseconds, or as ISO 8601 with its offset: a time of day without one is another moment on each machine. Only dates and times that exist.
 * @returns UTC ms, 1970 to 2100
 * @throws TimeTextError saying what is wrong
 */
export function parseUtcTime(text: string): number {
  if (text === '') throw new TimeTextError('is empty');
  const at = /^\d+$/.test(text) ? fromDigits(text) : fromIso(text);
  if (at < 0 || at > MAX_UTC_MS) throw new TimeTextError('is not within 1970 and 2100');
  return at;
}

function fromDigits(text: string): number {
  if (SECONDS.test(text)) throw new TimeTextError(`is in seconds: give milliseconds, ${text}000`);
  if (text.length > 15) throw new TimeTextError('is in microseconds or nanoseconds: give milliseconds');
  return Number(text);
}

function fromIso(text: string): number {
  const parts = TIME.exec(text);
  if (!parts) throw new TimeTextError(whyNot(text));
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12) throw new TimeTextError(`has no month ${parts[2]}`);
  if (day < 1 || day > daysIn(year, month)) throw new TimeTextError(`has a day that does not exist: ${parts.slice(1, 4).join('-')}`);
  if (hour > 23 || minute > 59 || second > 59) throw new TimeTextError('has a time of day that does not exist');
  const [offsetHours, offsetMinutes] = [Number(parts[10] ?? 0), Number(parts[11] ?? 0)];
  if (offsetMinutes > 59 || offsetHours * 60 + offsetMinutes > MAX_OFFSET_H * 60)
    throw new TimeTextError(`has an offset that does not exist: ${parts[8]}`);
  const offsetMs = (parts[9] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000;
  const ms = Number(`${parts[7] ?? ''}000`.slice(0, 3));
  // biome-ignore lint/style/noRestrictedGlobals: reads a text, not the clock
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - offsetMs + (year < 100 ? -MAX_UTC_MS : 0);
}

function whyNot(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(text)) return 'has no offset: end it with Z for UTC, or such as +01:00';
  if (/ \d{2}:?\d{2}$/.test(text)) return 'has a space in it: write the + of an offset as %2B in an address';
  return 'is not a time: give UTC milliseconds or ISO 8601 with its offset, such as 2026-01-31T18:00:00Z';
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
