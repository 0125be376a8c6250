/** Control characters (also those of 128–159, which some terminals obey), what turns the direction of text, and line ends of Unicode. */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\ufeff\ufff9-\ufffb]/gu;

/**
 * Foreign text (a file name, a name of a strap, a line of a file) that may go to a terminal: what a terminal would obey, or nobody would see, is written as `\u001b`.
 * New lines and tabs stay.
 */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Foreign text, such as a file name, that stays on one line of a terminal or a log. */
export const oneLine = (text: string): string => printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');

/** Foreign text within a sentence: on one line, and cut at so many characters. */
export function quoted(text: string, most = 80): string {
  const chars = [...text];
  const cut = chars.length > most ? `${chars.slice(0, most).join('')}…` : text;
  return `"${oneLine(cut)}"`;
}
