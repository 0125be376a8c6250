import type { LiveRow } from '@pulseboard/contract';

type Named = Pick<LiveRow, 'nickname' | 'guest' | 'member'>;

export const ANONYMOUS = 'Anonymous';

/** What turns or hides the text around it. */
const CONTROLS = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;
/** A joiner between letters (Persian, emoji families), a variation selector and the tag of a flag belong to their letters. */
const PART_OF_LETTER = /^(?:\u200C|\u200D|[\uFE00-\uFE0F]|[\u{E0020}-\u{E007F}])$/u;
/** Marks without a letter, spaces, joiners and the blank Braille pattern leave nothing that can be seen. */
const UNSEEN = /[\p{M}\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** More marks on one letter than any script uses. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** @returns the nickname without what would disturb its surroundings, or undefined when nothing of it can be seen */
export function readableName(nickname: string | undefined): string | undefined {
  const text = nickname
    ?.replace(/[\p{Z}\t\n\v\f\r]+/gu, ' ')
    .replace(CONTROLS, (control) => (PART_OF_LETTER.test(control) ? control : ''))
    .replace(PILED_MARKS, '$1')
    .trim();
  return text && text.replace(UNSEEN, '') !== '' ? text : undefined;
}

/** The last four digits printed on the strap, whichever of its two radios is heard. */
export const strapDigits = (member: string): string =>
  member
    .slice(member.lastIndexOf('-') + 1)
    .slice(-4)
    .toUpperCase();

/** A guest finds the own strap by its digits; a member without consent, or with a blank name, stays unnamed. */
export const displayName = (row: Named): string =>
  row.guest ? `Guest ${strapDigits(row.member)}` : (readableName(row.nickname) ?? ANONYMOUS);
