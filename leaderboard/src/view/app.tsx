import type { RankBy } from '@pulseboard/contract';
import { useEffect, useState } from 'preact/hooks';
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

/** A window too small for a grid of tiles; the same as in phone.css. */
const PHONE = '(max-width: 699px), (max-height: 479px)';

export function App({ store, join, kiosk, onSelect }: Props) {
  const [view, setView] = useState(store.view);
  const [phone, setPhone] = useState(() => matchMedia(PHONE).matches);
  const [pinned, setPinned] = useState(loadPinnedMember);
  useEffect(() => store.subscribe(setView), [store]);
  useEffect(() => {
    const query = matchMedia(PHONE);
    const change = () => setPhone(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
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
          <Tiles view={view} pinned={pinned} onPin={pin} phone={phone} />
        )}
        {stale && <StaleBanner heardAt={heardAt} hasPicture={board !== undefined} />}
      </main>
      <Footer metric={metric} onSelect={onSelect} join={join} kiosk={kiosk} />
    </div>
  );
}
