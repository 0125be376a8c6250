/**
 * The beginning of a text, at most `limit` code points (as `maxLength` of JSON Schema counts), cut between characters that people see, so that no half of an
 * emoji stays. A half character within the text becomes U+FFFD: JSON could carry it, databases and other languages cannot.
 */
export function cutText(text: string, limit: number): string {
  const [cut, isWhole] = beginningOf(text.slice(0, 2 * limit + MARGIN), limit);
  return isWhole && text.length <= 2 * limit + MARGIN ? cut : cut.trimEnd();
}

/** Like `cutText`; what was cut ends with an ellipsis, within the limit. */
export function cutSentence(text: string, limit: number): string {
  const cut = cutText(text, limit);
  return cut.length >= text.trimEnd().length ? cut : `${cutText(text, limit - 1)}…`;
}

/** Code units looked at beyond the limit: a character that people see is rarely longer. */
const MARGIN = 64;
const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

function beginningOf(text: string, limit: number): [cut: string, isWhole: boolean] {
  const whole = wellFormed(text);
  if (whole.length <= limit) return [whole, true];
  let cut = '';
  let length = 0;
  for (const { segment } of characters.segment(whole)) {
    const added = [...segment].length;
    if (length + added > limit) return [cut || [...whole].slice(0, limit).join(''), false];
    cut += segment;
    length += added;
  }
  return [cut, true];
}

/** Without halves of characters: each becomes U+FFFD. */
export const wellFormed = (text: string): string =>
  text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');
