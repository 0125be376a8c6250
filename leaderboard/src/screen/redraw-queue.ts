const DRAWINGS_PER_FRAME = 4;
const waiting = new Set<() => void>();

/** Spreads the redrawing of many curves over frames, so that none of them is late for a gliding tile. Nothing runs while nothing waits. */
export function queueRedraw(draw: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(step);
  waiting.add(draw);
}

export function cancelRedraw(draw: () => void): void {
  waiting.delete(draw);
}

function step(): void {
  let drawn = 0;
  for (const draw of waiting) {
    waiting.delete(draw);
    draw();
    if (++drawn === DRAWINGS_PER_FRAME) break;
  }
  if (waiting.size) requestAnimationFrame(step);
}
