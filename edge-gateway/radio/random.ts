/** Numbers in [0, 1), the same ones for the same seed on every machine. */
export type Random = () => number;

/**
 * mulberry32 by Tommy Ettinger (public domain), after https://github.com/bryc/code/blob/master/jshash/PRNGs.md.
 * @param seed a 32-bit integer; higher bits are ignored
 */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A draw from the standard normal distribution (Box and Muller, 1958). */
export const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A draw from the exponential distribution: the wait for an event that happens every `mean` on average. */
export const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random());

/** A seed for a part of the whole, so that one more person in the class does not change the hearts of the others. */
export function deriveSeed(seed: number, ...parts: number[]): number {
  let mixed = mix(seed);
  for (const part of parts) mixed = mix(mixed + part);
  return mixed;
}

/** The finaliser of MurmurHash3 (Austin Appleby, public domain); the constant added keeps 0 from staying 0. */
function mix(value: number): number {
  let mixed = (value + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
