import { useMemo } from 'preact/hooks';
import { measureGlyphs } from '../layout/glyphs.js';
import { type Grid, gridFor } from '../layout/grid.js';
import { leadOf, rankingStat, statsOf } from '../rankings.js';
import { boldWidth } from '../screen/text-width.js';
import type { View } from '../view-store.js';
import { usePlaceSize } from './place-size.js';
import { Tile } from './tile.js';

interface Props {
  view: View;
  pinned: string | undefined;
  onPin: (member: string) => void;
  /** A list that scrolls, not a grid. */
  list: boolean;
}

const FRESH_MS = 10_000;
/** More hearts than this beating at once is unrest. */
const MOST_BEATING = 20;
export const ROW_PX = 76;
const ROW_GAP_PX = 6;

/** `leastFigure` is 2.6 % of the picture's smaller side; on a small window it stays readable. */
const leastFigurePx = () => Math.max(14, Math.ceil(0.026 * Math.min(window.innerWidth, window.innerHeight)));

const glyphs = measureGlyphs(boldWidth);

export function Tiles({ view: { board, order, metric }, pinned, onPin, list }: Props) {
  const { place, width, height } = usePlaceSize<HTMLDivElement>();
  const members = order.places.length;
  const grid = useMemo(
    () =>
      list || width === 0 || height === 0
        ? undefined
        : gridFor({ members, width, height, leastFigure: leastFigurePx(), stats: statsOf(metric), required: rankingStat(metric), glyphs }),
    [members, width, height, metric, list],
  );
  if (!board) return <div class="stage" ref={place} />;

  const inOrder = new Map(order.places.map((entry, index) => [entry.member, { ...entry, index }]));
  const pinnedIndex = list && pinned !== undefined ? inOrder.get(pinned)?.index : undefined;
  const tile = (id: string) => {
    const entry = inOrder.get(id);
    const member = board.members.get(id);
    if (!entry || !member || (!list && !grid)) return null;
    const { row } = member;
    const isPinned = list && id === pinned;
    const slot = pinnedIndex !== undefined && entry.index > pinnedIndex ? entry.index - 1 : entry.index;
    const sinceJoined = board.now - row.joinedAt;
    return (
      <Tile
        key={id}
        member={member}
        rank={entry.rank}
        position={entry.index}
        total={members}
        {...(grid ? gridPlace(grid, entry.index) : { x: 0, y: isPinned ? 0 : slot * (ROW_PX + ROW_GAP_PX) })}
        grid={grid}
        lead={leadOf(metric)}
        stats={statsOf(metric)}
        silentSeconds={row.signal === 'lost' ? Math.floor((board.now - row.lastReadingAt) / 1000) : undefined}
        fresh={sinceJoined >= 0 && sinceJoined < FRESH_MS}
        beating={members <= MOST_BEATING}
        pinned={isPinned}
        onPin={list ? onPin : undefined}
      />
    );
  };

  // The elements keep their places in the document and glide by transform: moving them would break off the glide and the focus.
  const others = [...board.members.keys()].filter((id) => pinnedIndex === undefined || id !== pinned);
  return (
    <div class="stage" ref={place}>
      {pinnedIndex !== undefined && (
        <ol class="tiles list own" aria-label="Your row">
          {tile(pinned!)}
        </ol>
      )}
      <ol
        key="all"
        class={list ? 'tiles list' : 'tiles'}
        aria-label="Board"
        style={list ? { height: `${others.length * (ROW_PX + ROW_GAP_PX)}px` } : grid ? sizes(grid) : {}}
      >
        {others.map(tile)}
      </ol>
    </div>
  );
}

const gridPlace = ({ columns, tileWidth, tileHeight, gap }: Grid, index: number) => ({
  x: (index % columns) * (tileWidth + gap),
  y: Math.floor(index / columns) * (tileHeight + gap),
});

const sizes = (grid: Grid) => ({
  '--tile-width': `${grid.tileWidth}px`,
  '--tile-height': `${grid.tileHeight}px`,
  '--padding': `${grid.padding}px`,
  '--small': `${grid.small}px`,
  '--lead': `${grid.lead}px`,
  '--unit': `${grid.unit}px`,
  '--zone': `${grid.zone}px`,
});
