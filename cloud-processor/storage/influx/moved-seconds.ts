import type { MemberSecond } from '@pulseboard/contract';
import type { SecondPlace } from './influx-schema.js';

/** @returns those of `before` in whose place no new second is written: there nothing stands any more */
export function movedSeconds(before: readonly MemberSecond[], after: readonly MemberSecond[]): SecondPlace[] {
  if (before.length === 0) return [];
  const written = new Set(after.map(placeOf));
  return before.filter((second) => !written.has(placeOf(second))).map(({ gym, room, member, at }) => ({ gym, room, member, at }));
}

const placeOf = ({ gym, room, member, at }: SecondPlace): string => `${gym}/${room}/${member}/${at}`;
