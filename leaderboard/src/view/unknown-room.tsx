import type { LiveUnknownRoom } from '@pulseboard/contract';

/** The address names a room that does not exist: what is wrong, and the rooms that do exist. */
export function UnknownRoom({ message: { sentence, rooms }, search }: { message: LiveUnknownRoom; search: string }) {
  return (
    <section class="notice unknown-room" role="status">
      <h2 class="notice-title">This room does not exist</h2>
      <p class="notice-advice">{sentence}</p>
      {rooms.length > 0 ? (
        <nav aria-label="Rooms">
          <ul class="rooms">
            {rooms.map(({ gym, room, name, path }) => (
              <li key={path}>
                <a href={`${path}${search}`}>
                  <bdi>{name}</bdi> <small>{`${gym}/${room}`}</small>
                </a>
              </li>
            ))}
          </ul>
        </nav>
      ) : (
        <p>There is no room yet.</p>
      )}
    </section>
  );
}
