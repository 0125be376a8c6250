import { h, render } from 'preact';
import { joinAddress, liveUrl } from './live/address.js';
import { isOutdated } from './live/build-check.js';
import { createConnection, type LiveSocket } from './live/connection.js';
import { parseTab } from './rankings.js';
import { shiftAgainstBurnIn } from './screen/burn-in.js';
import { hideIdleCursor } from './screen/idle-cursor.js';
import { keepAwake } from './screen/wake-lock.js';
import { App } from './view/app.js';
import { createViewStore } from './view-store.js';
import './styles/base.css';
import './styles/header.css';
import './styles/footer.css';
import './styles/tile.css';
import './styles/notices.css';
import './styles/podium.css';
import './styles/list.css';

const query = new URLSearchParams(location.search);
const kiosk = query.get('kiosk') === '1';
const clock = () => performance.now();
const store = createViewStore(parseTab(query.get('tab')), clock);

const connection = createConnection({
  open: () => new WebSocket(liveUrl(location)) as LiveSocket,
  onMessage: store.message,
  onState: (state, again) => {
    store.connection(state);
    if (again) void reloadIfOutdated();
  },
  clock,
  entropy: Math.random,
});

async function reloadIfOutdated(): Promise<void> {
  const fetchIndex = async () => (await fetch(location.pathname, { cache: 'no-store' })).text();
  if (await isOutdated(import.meta.url, fetchIndex)) location.reload();
}

window.addEventListener('online', connection.retry);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') connection.retry();
});

keepAwake();
hideIdleCursor(document.documentElement, kiosk);
shiftAgainstBurnIn(document.documentElement);

render(
  h(App, {
    store,
    join: joinAddress(location),
    kiosk,
    onSelect: (metric) => {
      // A reload, by hand or for a new build, keeps the tab.
      query.set('tab', metric);
      history.replaceState(null, '', `?${query}`);
      store.select(metric);
    },
  }),
  document.getElementById('board')!,
);
