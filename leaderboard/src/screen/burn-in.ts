const MOVE_EVERY_MS = 150_000;
const STEPS = [
  [0, 0],
  [3, 1],
  [2, -3],
  [-1, -2],
  [-3, 2],
  [1, 3],
] as const;

/** @returns by how many px the picture stands aside, so that no edge burns into the screen */
export const burnInShift = (elapsedMs: number): readonly [number, number] => STEPS[Math.floor(elapsedMs / MOVE_EVERY_MS) % STEPS.length]!;

export function shiftAgainstBurnIn(root: HTMLElement): void {
  setInterval(() => {
    const [x, y] = burnInShift(performance.now());
    root.style.setProperty('--shift-x', `${x}px`);
    root.style.setProperty('--shift-y', `${y}px`);
  }, MOVE_EVERY_MS);
}
