/** Numbers in [0, 1), the same ones for the same seed. */
export type Random = () => number;

/** mulberry32 by Tommy Ettinger (public domain). @param seed a 32-bit integer */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
export const between = (random: Random, from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
