/** How small a name gets, as a share of its full size, before its end is cut. */
export const LEAST_NAME_SCALE = 0.62;
/** And as a share of the picture's smaller side, and in px. */
const LEAST_NAME_SHARE = 0.0105;
const LEAST_NAME_PX = 10;
/** Canvas and layout round differently: a name that just fits must not end in an ellipsis. */
const RESERVE = 0.985;

export interface FittedName {
  readonly scale: number;
  /** Only the digits of a guest are shown, without the word before them. */
  readonly digitsOnly: boolean;
}

/** @returns the least scale of a name whose full size is `font` px, on a picture whose smaller side is `side` px */
export const leastNameScale = (font: number, side: number): number =>
  Math.min(1, Math.max(LEAST_NAME_SCALE, Math.max(LEAST_NAME_PX, LEAST_NAME_SHARE * side) / font));

/**
 * A name shrinks before it is cut. The word "Guest" goes before anything shrinks; the digits after it are a figure and are never cut.
 * @param availableEm width of the place, in em of the full-size font
 * @param widthEm width of the name at full size
 * @param least scale at which a name is cut
 * @param digitsEm width of the digits alone, for a guest
 */
export function fitName(availableEm: number, widthEm: number, least: number, digitsEm?: number): FittedName {
  const room = availableEm * RESERVE;
  if (widthEm <= room) return { scale: 1, digitsOnly: false };
  if (digitsEm !== undefined) return { scale: Math.min(1, room / digitsEm), digitsOnly: true };
  return { scale: Math.max(least, room / widthEm), digitsOnly: false };
}
