/** Widths in em of the bold figures of the font at hand: fonts differ by a quarter. */
export interface Glyphs {
  readonly digit: number;
  readonly percent: number;
  /** A letter of the units, on average. */
  readonly letter: number;
}

/** Wide enough for every common system font. */
export const WIDE_GLYPHS: Glyphs = { digit: 0.7, percent: 1.01, letter: 0.75 };

/** @param widthOf width in px of a text in the board's bold font at 100 px */
export function measureGlyphs(widthOf: (text: string) => number): Glyphs {
  const em = (text: string) => widthOf(text) / text.length / 100;
  return { digit: em('0000'), percent: em('%'), letter: em('kcalptssteps') };
}
