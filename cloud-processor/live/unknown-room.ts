import { cutSentence, type Id, isId, type LiveUnknownRoom, MAX_LISTED_ROOMS } from '@pulseboard/contract';

/** A room that exists. */
export interface KnownRoom {
  gym: Id;
  room: Id;
  /** Display name. */
  name: string;
}

const MAX_SHOWN = 100;

/**
 * What a page hears that asks for a room which does not exist.
 * @param asked as the address names it
 * @param rooms that exist, by gym and room
 * @param now UTC ms of the processor's clock
 */
export function unknownRoom(asked: { gym: string; room: string }, rooms: readonly KnownRoom[], now: number): LiveUnknownRoom {
  const reason = isId(asked.gym) && isId(asked.room) ? 'unknown' : 'invalid';
  const gym = shortened(asked.gym);
  const room = shortened(asked.room);
  return {
    type: 'unknown-room',
    now,
    gym,
    room,
    reason,
    sentence:
      reason === 'invalid'
        ? `"${gym}/${room}" is not the name of a room: the address of a wall is /wall/{gym}/{room}, with ids of small letters, digits, "-" and "_". Choose one of the rooms listed here.`
        : `There is no room "${room}" in gym "${gym}": no gateway of it was heard yet. Choose one of the rooms listed here, or check the room that is set at the gateway.`,
    rooms: rooms.slice(0, MAX_LISTED_ROOMS).map((known) => ({
      gym: known.gym,
      room: known.room,
      name: known.name,
      path: `/wall/${known.gym}/${known.room}`,
    })),
  };
}

/** By code point, so that no character is cut in half. */
const shortened = (text: string): string => cutSentence(text, MAX_SHOWN);
