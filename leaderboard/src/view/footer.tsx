import type { RankBy } from '@pulseboard/contract';
import { RANKING_LABELS, RANKINGS } from '../rankings.js';
import { About } from './about.js';

interface Props {
  metric: RankBy;
  onSelect: (metric: RankBy) => void;
  join: string | undefined;
  kiosk: boolean;
}

/** Below the tiles on the wall, above the list on a phone. */
export function Footer({ metric, onSelect, join, kiosk }: Props) {
  return (
    <footer class="footer">
      <fieldset class="tabs">
        <legend>Rank by</legend>
        {RANKINGS.map((tab) => (
          <button key={tab} type="button" data-tab={tab} aria-pressed={tab === metric} onClick={() => onSelect(tab)}>
            {RANKING_LABELS[tab]}
          </button>
        ))}
      </fieldset>
      {join ? (
        <p class="join">
          On your phone <strong>{join}</strong>
        </p>
      ) : (
        <span class="join" />
      )}
      {kiosk ? <p class="disclaimer">Not a medical device</p> : <About />}
    </footer>
  );
}
