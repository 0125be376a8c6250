import type { RankBy } from '@pulseboard/contract';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { needsList } from '../layout/needs-list.js';
import type { ConnectionState } from '../live/connection.js';
import { situationOf } from '../live/problems.js';
import { RANKING_LABELS } from '../rankings.js';
import { loadPinnedMember, savePinnedMember } from '../screen/pinned-member.js';
import type { ViewStore } from '../view-store.js';
import { Footer } from './footer.js';
import { Header, type Status } from './header.js';
import { Podium } from './podium.js';
import { ProblemBar, ProblemNotice } from './problems.js';
import { StaleBanner } from './stale-banner.js';
import { Tiles } from './tiles.js';
import { UnknownRoom } from './unknown-room.js';

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
  const { board, unknownRoom, connection, metric, heardAt } = view;
  const list = needsList(width, height, view.order.places.length);
  // The root, because a list scrolls and a wall does not.
  useLayoutEffect(() => {
    document.documentElement.classList.toggle('as-list', list);
  }, [list]);
  const { isReceiving, problems } = situationOf(board?.state, board?.now ?? 0, board ? `${board.gym}/${board.room}` : '');
  const empty = board !== undefined && board.members.size === 0 && !board.results;
  const blocking = empty && !isReceiving ? problems[0] : undefined;
  const beside = problems.filter((problem) => problem !== blocking);

  return (
    <div class={`page ${connection}`} data-connection={connection} data-metric={metric} data-receiving={board && isReceiving}>
      <Header board={board} status={statusOf(connection, isReceiving)} />
      {connection === 'live' && beside.length > 0 && <ProblemBar problems={beside} />}
      <main class="board" aria-label={`Members by ${RANKING_LABELS[metric]}`}>
        {connection === 'stale' && (empty || unknownRoom) ? null : unknownRoom ? (
          <UnknownRoom message={unknownRoom} search={location.search} />
        ) : board?.results ? (
          <Podium results={board.results} />
        ) : blocking ? (
          <ProblemNotice problem={blocking} />
        ) : empty ? (
          <div class="notice">
            <p class="notice-title">Put on a strap</p>
            <p>You will appear here at once.</p>
          </div>
        ) : (
          <Tiles view={view} pinned={pinned} onPin={pin} list={list} />
        )}
        {connection === 'stale' && <StaleBanner heardAt={heardAt} hasPicture={board !== undefined || unknownRoom !== undefined} />}
      </main>
      <Footer metric={metric} onSelect={onSelect} join={unknownRoom ? undefined : join} kiosk={kiosk} />
    </div>
  );
}

/** "Live" promises that a heart that beats now is seen here. */
function statusOf(connection: ConnectionState, isReceiving: boolean): Status {
  if (connection === 'stale') return { isGood: false, text: 'Server lost' };
  if (connection === 'refused') return { isGood: false, text: 'No such room' };
  return isReceiving ? { isGood: true, text: 'Live' } : { isGood: false, text: 'No readings' };
}
