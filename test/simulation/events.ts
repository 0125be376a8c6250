interface Event {
  at: number;
  /** Events of one moment happen in the order in which they were made. */
  order: number;
  act(): void;
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Virtual time: what is to happen, by when. A binary heap. */
export class Events {
  now = 100_000;
  #order = 0;
  readonly #heap: Event[] = [];

  after(delayMs: number, act: () => void): void {
    const heap = this.#heap;
    const event = { at: this.now + delayMs, order: this.#order++, act };
    let i = heap.length;
    for (let parent = (i - 1) >> 1; i > 0 && isBefore(event, heap[parent]!); parent = (i - 1) >> 1) {
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  every(intervalMs: number, act: () => void): void {
    this.after(intervalMs, () => {
      act();
      this.every(intervalMs, act);
    });
  }

  /** Lets things happen until a moment, or until `isEnough` says so. */
  runUntil(at: number, isEnough: () => boolean = () => false): void {
    while (this.#heap.length && this.now < at && !isEnough()) {
      const event = this.#takeFirst();
      this.now = event.at;
      event.act();
    }
  }

  #takeFirst(): Event {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let i = 0;
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}
