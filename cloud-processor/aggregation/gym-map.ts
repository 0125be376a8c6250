import type { Id } from '@pulseboard/contract';

/** Something for each sensor, or each member, of each gym. Two maps in the place of a joined key: a flush of thousands of readings asks for each of them. */
export class GymMap<T> {
  readonly #gyms = new Map<Id, Map<Id, T>>();

  get(gym: Id, id: Id): T | undefined {
    return this.#gyms.get(gym)?.get(id);
  }

  set(gym: Id, id: Id, value: T): void {
    const ofGym = this.#gyms.get(gym);
    if (ofGym) ofGym.set(id, value);
    else this.#gyms.set(gym, new Map([[id, value]]));
  }

  delete(gym: Id, id: Id): void {
    this.#gyms.get(gym)?.delete(id);
  }

  clear(): void {
    this.#gyms.clear();
  }

  *values(): Iterable<T> {
    for (const ofGym of this.#gyms.values()) yield* ofGym.values();
  }

  *entries(): Iterable<[gym: Id, id: Id, value: T]> {
    for (const [gym, ofGym] of this.#gyms) for (const [id, value] of ofGym) yield [gym, id, value];
  }
}

/** Adds to a list of them. */
export function push<T>(lists: GymMap<T[]>, gym: Id, id: Id, value: T): void {
  const list = lists.get(gym, id);
  if (list) list.push(value);
  else lists.set(gym, id, [value]);
}
