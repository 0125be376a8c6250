const ID = '[a-z0-9][a-z0-9_-]{0,62}';
const WALL = new RegExp(`^/wall/(${ID})/(${ID})/?$`);

/** Which WebSocket belongs to the page: `/wall/{gym}/{room}` names a room, every other path means the server's default room. */
export function liveUrl(location: Pick<Location, 'protocol' | 'host' | 'pathname'>): string {
  const [, gym, room] = WALL.exec(location.pathname) ?? [];
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live${gym && room ? `/${gym}/${room}` : ''}`;
}

const LOOPBACK = /^(localhost|127\.|\[::1\])/;

/** What people type into their phones to see the same room; undefined where only this machine can reach it. */
export function joinAddress(location: Pick<Location, 'host' | 'pathname'>): string | undefined {
  if (LOOPBACK.test(location.host)) return undefined;
  return WALL.test(location.pathname) ? `${location.host}${location.pathname.replace(/\/$/, '')}` : location.host;
}
