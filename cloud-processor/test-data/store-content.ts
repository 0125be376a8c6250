import type { Id } from '@pulseboard/contract';
import type { TimeSeriesStore } from '../storage/time-series-store.js';

const always = { from: 0, until: Number.MAX_SAFE_INTEGER };
const ALL = 1_000_000;

export interface Inhabitants {
  gyms: readonly Id[];
  rooms: readonly Id[];
  members: readonly Id[];
}

/** All that a store answers of these, in the order in which it does; two stores of the same flushes say the same. */
export async function contentOf(store: TimeSeriesStore, { gyms, rooms, members }: Inhabitants) {
  const readings = await Promise.all(gyms.map((gym) => store.readings({ gym, sensors: [], ...always })));
  const ofMembers = await Promise.all(
    members.map(async (member) => ({
      member,
      isThere: await store.hasMember(member),
      seconds: await store.memberSeconds({ member, ...always, limit: ALL }),
      summary: await store.summary({ member, ...always }),
    })),
  );
  const ofRooms = await Promise.all(
    gyms.flatMap((gym) =>
      rooms.map(async (room) => ({
        gym,
        room,
        seconds: await store.roomSeconds({ gym, room, ...always, limit: ALL }),
        totals: [...(await store.totals({ gym, room, from: 0 }))].sort(([a], [b]) => (a < b ? -1 : 1)),
      })),
    ),
  );
  return {
    readings,
    ofMembers,
    ofRooms,
    sensors: await store.sensorsSince(0),
    newestAt: await store.newestReadingAt(),
    deadLetters: await store.deadLetters({ limit: ALL }),
    counts: [...(await store.deadLetterCounts())],
  };
}
