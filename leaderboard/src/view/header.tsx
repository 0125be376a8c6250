import { duration, UNKNOWN, whole } from '../figures.js';
import { groupOf } from '../layout/group.js';
import type { BoardState } from '../live/board-state.js';
import { ZONE_NUMBERS } from '../zones.js';

/** What the dot beside the name of the room says. */
export interface Status {
  readonly isGood: boolean;
  readonly text: string;
}

interface Props {
  board: BoardState | undefined;
  status: Status;
}

/** Time since the session began, or how long it was. */
function sessionClock(board: BoardState | undefined): string {
  if (!board?.session) return UNKNOWN;
  const { state, startedAt, endedAt } = board.session;
  return duration((state === 'ended' ? (endedAt ?? board.now) : board.now) - startedAt);
}

export function Header({ board, status }: Props) {
  const group = groupOf(board?.members ?? new Map());
  return (
    <header class="header">
      <div class="room">
        <h1 dir="auto">{board?.roomName ?? 'Pulseboard'}</h1>
        <p class={status.isGood ? 'connection' : 'connection bad'} role="status" data-field="status">
          <span class="dot" aria-hidden="true" />
          {status.text}
        </p>
      </div>
      <dl class="summary">
        <div class="clock">
          <dt>{board?.session?.kind === 'class' ? 'Class' : 'Open gym'}</dt>
          <dd data-field="clock">{sessionClock(board)}</dd>
        </div>
        <div>
          <dt>Group</dt>
          <dd data-field="group-percent">
            {whole(group.percentOfMax)}
            <small> %</small>
          </dd>
        </div>
        <div>
          <dt>Mean bpm</dt>
          <dd data-field="group-bpm">{whole(group.bpm)}</dd>
        </div>
      </dl>
      <ul class="zones" aria-label="Members in each zone">
        {ZONE_NUMBERS.map((zone) => (
          <li key={zone} class={group.inZone[zone] ? 'zone-count' : 'zone-count none'} data-zone={zone} data-count={group.inZone[zone]}>
            <span class="zone-label">Z{zone}</span>
            <span class="zone-members">{group.inZone[zone]}</span>
          </li>
        ))}
      </ul>
    </header>
  );
}
