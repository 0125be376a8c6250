import type { Problem } from '../live/problems.js';

const MOST_SHOWN = 2;

/** What does not work, in a bar above the board, while there is something else to see. */
export function ProblemBar({ problems }: { problems: readonly Problem[] }) {
  const more = problems.length - MOST_SHOWN;
  return (
    <aside class="problems" aria-label="Problems">
      <ul>
        {problems.slice(0, MOST_SHOWN).map(({ kind, title, advice }) => (
          <li key={`${kind} ${title}`} data-problem={kind}>
            <strong>{title}.</strong> {advice}
          </li>
        ))}
        {more > 0 && <li>{more === 1 ? 'And one more problem.' : `And ${more} more problems.`}</li>}
      </ul>
    </aside>
  );
}

/** Nobody is on the board, and nobody can be. */
export function ProblemNotice({ problem: { kind, title, advice } }: { problem: Problem }) {
  return (
    <div class="notice" data-problem={kind}>
      <p class="notice-title">{title}</p>
      <p class="notice-advice">{advice}</p>
    </div>
  );
}
