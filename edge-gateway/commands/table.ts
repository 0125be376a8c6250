/** Columns of text, as wide as their widest cell, two spaces between them; no line ends with spaces. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Breaks a line between words where it is longer than the terminal is wide; what follows is as far from the edge. */
export function wrapped(line: string, columns: number): string[] {
  const indent = /^ */.exec(line)![0];
  const lines = [indent];
  for (const word of line.trim().split(/ +/)) {
    const last = lines.at(-1)!;
    if (last === indent) lines[lines.length - 1] = last + word;
    else if (last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines.map((text) => text.slice(0, columns));
}
