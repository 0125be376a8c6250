import type { SessionResults } from '@pulseboard/contract';
import { reached } from '../figures.js';
import { type Result, resultsGrid, resultsOf } from '../layout/results.js';
import { Name } from './name.js';
import { usePlaceSize } from './place-size.js';

/** After a session, for a minute: the first three, and everybody's points. */
export function Podium({ results }: { results: SessionResults }) {
  const all = resultsOf(results);
  return (
    <section class="results" aria-labelledby="results-title">
      <h2 id="results-title">{results.session.kind === 'class' ? 'Class finished' : 'Session finished'}</h2>
      <ol class="podium" aria-label="Podium">
        {all.slice(0, 3).map(({ member, name, guest, points, rank }, i) => (
          <li key={member} class={`step-${i + 1}`} data-member={member} data-rank={rank}>
            <span class="podium-rank">{rank}</span>
            <Name name={name} guest={guest} class="podium-name" />
            <span class="podium-points">
              <span data-field="points">{reached(points)}</span>
              <small> pts</small>
            </span>
          </li>
        ))}
      </ol>
      {all.length > 3 && <Everyone others={all.slice(3)} />}
    </section>
  );
}

function Everyone({ others }: { others: readonly Result[] }) {
  const { place, width, height } = usePlaceSize<HTMLOListElement>();
  const { columns, rows, font } = resultsGrid(others.length, width, height, 0.034 * Math.min(window.innerWidth, window.innerHeight));
  return (
    <ol class="everyone" aria-label="Everyone's points" ref={place} style={{ '--rows': rows, '--columns': columns, '--font': `${font}px` }}>
      {others.map(({ member, name, guest, points, rank }) => (
        <li key={member} data-member={member} data-rank={rank}>
          <span class="everyone-rank">{rank}</span>
          <Name name={name} guest={guest} class="everyone-name" />
          <span class="everyone-points" data-field="points">
            {reached(points)}
          </span>
        </li>
      ))}
    </ol>
  );
}
