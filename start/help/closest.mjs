/** The word that was probably meant, for "did you mean". */

/**
 * @param {string} given
 * @param {readonly string[]} known
 * @returns {string | undefined} the nearest one, when at most a third of its letters differ
 */
export function closest(given, known) {
  let best;
  for (const word of known) {
    const edits = distance(given.toLowerCase(), word.toLowerCase());
    if (edits <= Math.max(1, Math.floor(word.length / 3)) && (best === undefined || edits < best.edits)) best = { word, edits };
  }
  return best?.word;
}

/** Single letters to add, remove or replace, and neighbours to swap (optimal string alignment). */
function distance(a, b) {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
