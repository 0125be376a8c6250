import { age, reached, UNKNOWN, whole } from '../figures.js';
import type { Grid } from '../layout/grid.js';
import type { BoardMember } from '../live/board-state.js';
import { displayName } from '../names.js';
import type { Lead, Stat } from '../rankings.js';
import { isZone, LOST, ZONES } from '../zones.js';
import { Heart } from './heart.js';
import { LowBattery, Spoken, WeakSignal } from './icons.js';
import { memo } from './memo.js';
import { Name } from './name.js';
import { Sparkline } from './sparkline.js';
import { StatFigure } from './stat-figure.js';

export interface TileProps {
  member: BoardMember;
  rank: number;
  /** From 0, in the order on the screen. */
  position: number;
  total: number;
  x: number;
  y: number;
  /** Undefined in the list of a phone. */
  grid: Grid | undefined;
  lead: Lead;
  stats: readonly Stat[];
  /** Since the last reading, once the strap is lost. */
  silentSeconds: number | undefined;
  fresh: boolean;
  beating: boolean;
  pinned: boolean;
  onPin: ((member: string) => void) | undefined;
}

function TileContent({ member, rank, position, total, x, y, grid, lead, stats, silentSeconds, fresh, beating, pinned, onPin }: TileProps) {
  const { row, last, recent } = member;
  const lost = row.signal === 'lost';
  const figures = row.signal === 'live' ? row : last;
  const zone = isZone(figures.zone) ? figures.zone : undefined;
  const { ink } = lost || zone === undefined ? LOST : ZONES[zone];
  const name = displayName(row);
  const shownLines = grid ? grid.lines : [stats.slice(0, 2)];
  const hidden = stats.filter((stat) => stat !== grid?.besideLead && !shownLines.some((line) => line.includes(stat)));
  // What this person has no sensor for takes no room, unless it is what ranks.
  const wanted = (stat: Stat) => stat !== 'steps' || row.steps !== undefined || stats[0] === 'steps';
  const figure = (stat: Stat, visible: boolean) => (
    <StatFigure key={stat} stat={stat} row={row} figures={figures} visible={visible && wanted(stat)} beating={beating} />
  );
  const badge = (
    <span class="zone" key="zone">
      {lost ? <span class="age">{age(silentSeconds ?? 0)}</span> : zone === undefined ? UNKNOWN : `Z${zone}`}
    </span>
  );
  const curve = grid && grid.curve > 0 && <Sparkline key="curve" recent={recent} width={grid.curveWidth} height={grid.curve} ink={ink} />;

  return (
    <li
      class={`tile${fresh ? ' fresh' : ''}${pinned ? ' pinned' : ''}`}
      style={{ transform: `translate(${x}px, ${y}px)` }}
      data-member={row.member}
      data-rank={rank}
      data-zone={zone}
      data-signal={row.signal}
      aria-posinset={position + 1}
      aria-setsize={total}
    >
      <div class="who">
        <span class="rank" data-field="rank">
          {rank}
        </span>
        <Name name={name} guest={row.guest} class="tile-name" />
        {row.signal === 'weak' && <WeakSignal />}
        {lost && <Spoken>signal lost</Spoken>}
        {row.batteryLow && <LowBattery />}
      </div>
      <div class="now">
        <span class="lead" data-field={lead}>
          {lead === 'bpm' ? whole(figures.bpm) : reached(figures.percentOfMax)}
        </span>
        {lead === 'percent' ? (
          <span class="unit">
            {row.hrMaxAssumed && (
              <span class="assumed" title="maximum heart rate assumed">
                ≈
              </span>
            )}
            <span>%</span>
          </span>
        ) : (
          <span class="unit">
            <Heart bpm={figures.bpm} live={row.signal === 'live'} beating={beating} />
          </span>
        )}
        {(!grid || grid.zoneBeside === 'lead') && badge}
        {grid?.besideLead && <span class="beside">{figure(grid.besideLead, true)}</span>}
      </div>
      {grid?.curveIn === 'block' && curve}
      <div class="stats">
        {shownLines.map((line, i) => (
          <div class="line" key={i}>
            {i === 0 && grid?.zoneBeside === 'stats' && badge}
            {line.map((stat) => figure(stat, true))}
            {i === shownLines.length - 1 && grid?.curveIn === 'line' && curve}
          </div>
        ))}
        {hidden.map((stat) => figure(stat, false))}
      </div>
      {onPin && (
        <button type="button" class="pin" aria-pressed={pinned} onClick={() => onPin(row.member)}>
          <span class="spoken">
            {pinned ? 'Unpin' : 'Pin'} <bdi>{name}</bdi>
          </span>
        </button>
      )}
    </li>
  );
}

export const Tile = memo(TileContent);
