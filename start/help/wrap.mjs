/** Text for a terminal of any width. */

const NARROWEST = 30;

/**
 * Breaks a line between words. What follows two spaces within the line is a second column: its text stays below itself
 * while that leaves half of the width, else it begins a line of its own.
 * @param {string} line
 * @param {number} columns
 * @returns {string[]} lines of at most so many characters
 */
export function wrapLine(line, columns) {
  const width = Math.max(NARROWEST, columns);
  if (line.length <= width) return [line];
  const indent = /^ */.exec(line)[0].length;
  const head = /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0] ?? '';
  if (head && head.length > width / 2)
    return [...wrapLine(head.trimEnd(), width), ...wrapLine(' '.repeat(indent + 4) + line.slice(head.length), width)];
  const hanging = ' '.repeat(head.length || indent);
  const lines = [head || hanging];
  let isEmpty = true;
  const add = (word) => {
    const last = lines.at(-1);
    const joined = last + (isEmpty ? '' : ' ') + word;
    if (joined.length <= width) lines[lines.length - 1] = joined;
    else if (!isEmpty) {
      lines.push(hanging);
      isEmpty = true;
      add(word);
      return;
    } else {
      // Longer than a whole line, such as an address.
      lines[lines.length - 1] = last + word.slice(0, width - last.length);
      lines.push(hanging);
      add(word.slice(width - last.length));
      return;
    }
    isEmpty = false;
  };
  for (const word of line.slice(hanging.length).split(/ +/)) if (word) add(word);
  return lines;
}

/** @param {readonly string[]} lines @param {number} columns @returns {string[]} */
export const wrapLines = (lines, columns) => lines.flatMap((line) => line.split('\n')).flatMap((line) => wrapLine(line, columns));
