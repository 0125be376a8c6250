import type { RankBy } from '@pulseboard/contract';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { needsList } from '../layout/needs-list.js';
import { RANKING_LABELS } from '../rankings.js';
import { loadPinnedMember, savePinnedMember } from '../screen/pinned-member.js';
import type { ViewStore } from '../view-store.js';
import { Footer } from './footer.js';
import { Header } from './header.js';
import { Podium } from './podium.js';
import { StaleBanner } from './stale-banner.js';
import { Tiles } from './tiles.js';

interface Props {
  store: ViewStore;
  join: string | undefined;
  kiosk: boolean;
  onSelect: (metric: RankBy) => void;
}

const windowSize = () => ({ width: window.innerWidth, height: window.innerHeight });

export function App({ store, join, kiosk, onSelect }: Props) {
  const [view, setView] = useState(store.view);
  const [{ width, height }, setSize] = useState(windowSize);
  const [pinned, setPinned] = useState(loadPinnedMember);
  useEffect(() => store.subscribe(setView), [store]);
  useEffect(() => {
    const change = () => setSize(windowSize);
    window.addEventListener('resize', change);
    return () => window.removeEventListener('resize', change);
  }, []);
  const roomName = view.board?.roomName;
  useEffect(() => {
    document.title = roomName ? `${roomName} · Pulseboard` : 'Pulseboard';
  }, [roomName]);

  const pin = (member: string) => {
    const next = member === pinned ? undefined : member;
    savePinnedMember(next);
    setPinned(next);
  };
  const { board, connection, metric, heardAt } = view;
  const stale = connection === 'stale';
  const list = needsList(width, height, view.order.places.length);
  // The root, because a list scrolls and a wall does not.
  useLayoutEffect(() => {
    document.documentElement.classList.toggle('as-list', list);
  }, [list]);
  const empty = board !== undefined && board.members.size === 0;

  return (
    <div class={`page ${connection}`} data-connection={connection} data-metric={metric}>
      <Header board={board} connection={connection} />
      <main class="board" aria-label={`Members by ${RANKING_LABELS[metric]}`}>
        {board?.results ? (
          <Podium results={board.results} kind={board.session?.kind ?? 'open-gym'} />
        ) : empty ? (
          <div class="notice">
            <p class="notice-title">Put on a strap</p>
            <p>You will appear here at once.</p>
          </div>
        ) : (
          <Tiles view={view} pinned={pinned} onPin={pin} list={list} />
        )}
        {stale && <StaleBanner heardAt={heardAt} hasPicture={board !== undefined} />}
      </main>
      <Footer metric={metric} onSelect={onSelect} join={join} kiosk={kiosk} />
    </div>
  );
}
