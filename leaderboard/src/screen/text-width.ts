const MOST_KEPT = 500;
const widths = new Map<string, number>();
let context: CanvasRenderingContext2D | undefined;

/** Width in px of a text in the board's bold font at 100 px. */
export function boldWidth(text: string): number {
  if (!context) {
    context = document.createElement('canvas').getContext('2d')!;
    context.font = `700 100px ${getComputedStyle(document.documentElement).fontFamily}`;
  }
  return context.measureText(text).width;
}

/** Width of a text in em of the board's bold font. The last 500 are remembered: the page runs for days. */
export function textWidthEm(text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    width = boldWidth(text) / 100;
    if (widths.size >= MOST_KEPT) widths.clear();
    widths.set(text, width);
  }
  return width;
}
