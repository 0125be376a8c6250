import { reached } from '../figures.js';
import { resultsOf } from '../layout/results.js';
import type { Members } from '../live/board-state.js';
import { Name } from './name.js';

const MOST_ROWS = 12;

/** After a session, for a minute: the first three, and everybody's points. */
export function Podium({ results, kind }: { results: Members; kind: 'class' | 'open-gym' }) {
  const all = resultsOf(results);
  const others = all.slice(3);
  // Columns of equal length.
  const rows = Math.ceil(others.length / Math.max(1, Math.ceil(others.length / MOST_ROWS)));
  return (
    <section class="results" aria-labelledby="results-title">
      <h2 id="results-title">{kind === 'class' ? 'Class finished' : 'Session finished'}</h2>
      <ol class="podium" aria-label="Podium">
        {all.slice(0, 3).map(({ member, name, guest, points, rank }, i) => (
          <li key={member} class={`step-${i + 1}`} data-member={member} data-rank={rank}>
            <span class="podium-rank">{rank}</span>
            <Name name={name} guest={guest} class="podium-name" />
            <span class="podium-points">
              {reached(points)}
              <small> pts</small>
            </span>
          </li>
        ))}
      </ol>
      <ol class="everyone" aria-label="Everyone's points" style={{ '--rows': Math.max(1, rows) }}>
        {others.map(({ member, name, guest, points, rank }) => (
          <li key={member} data-member={member} data-rank={rank}>
            <span class="everyone-rank">{rank}</span>
            <Name name={name} guest={guest} class="everyone-name" />
            <span class="everyone-points">{reached(points)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
