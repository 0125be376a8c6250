const WALL = /^\/wall(\/.+)$/;

/**
 * Which WebSocket belongs to the page: `/wall/{gym}/{room}` names a room, and the server judges whether there is such a room.
 * Only the bare address means the server's default room: another room is never shown in the place of the one that was asked for.
 */
export function liveUrl(location: Pick<Location, 'protocol' | 'host' | 'pathname'>): string {
  const room = WALL.exec(location.pathname)?.[1] ?? '';
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live${room}`;
}

const LOOPBACK = /^(localhost|127\.|\[::1\])/;

/** What people type into their phones to see the same room; undefined where only this machine can reach it. */
export function joinAddress(location: Pick<Location, 'host' | 'pathname'>): string | undefined {
  if (LOOPBACK.test(location.host)) return undefined;
  return WALL.test(location.pathname) ? `${location.host}${location.pathname.replace(/\/$/, '')}` : location.host;
}
