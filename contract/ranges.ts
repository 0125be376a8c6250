import type { NumberRange } from './committed.js';

/** A union of closed ranges of integers, sorted, never touching. */
export class Ranges {
  readonly #list: NumberRange[] = [];

  constructor(list: Iterable<readonly [number, number]> = []) {
    for (const [from, to] of list) this.add(from, to);
  }

  /** Adds from…to, both included; a range that ends before it begins adds nothing. */
  add(from: number, to: number = from): this {
    if (to < from) return this;
    const list = this.#list;
    // Nearly always the next number follows the last one.
    const last = list[list.length - 1];
    if (last && from >= last[0] && from <= last[1] + 1) {
      if (to > last[1]) last[1] = to;
      return this;
    }
    const begin = this.#firstEndingAtOrAfter(from - 1);
    let end = begin;
    let low = from;
    let high = to;
    for (let range = list[end]; range && range[0] <= to + 1; range = list[++end]) {
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
    }
    list.splice(begin, end - begin, [low, high]);
    return this;
  }

  has(n: number): boolean {
    const range = this.#list[this.#firstEndingAtOrAfter(n)];
    return range !== undefined && range[0] <= n;
  }

  /** How many numbers it holds. */
  get size(): number {
    return this.#list.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  }

  /** The largest number, 0 when there is none. */
  get max(): number {
    return this.#list.at(-1)?.[1] ?? 0;
  }

  /** End of the run that begins at 1, 0 when 1 is missing. */
  get prefix(): number {
    const first = this.#list[0];
    return first && first[0] === 1 ? first[1] : 0;
  }

  toArray(): NumberRange[] {
    return this.#list.map(([from, to]) => [from, to]);
  }

  #firstEndingAtOrAfter(n: number): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#list[middle]![1] < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
