interface Head<T> {
  item: T;
  /** Of the stream: decides between items of the same time, so that the order is always the same. */
  index: number;
  rest: Iterator<T>;
}

/** Merges streams, each in order of `at`, into one in order of `at`; at equal times the earlier stream goes first. Lazy. */
export function* mergeByTime<T extends { at: number }>(streams: readonly Iterable<T>[]): Generator<T, void> {
  const heap: Head<T>[] = [];
  for (const [index, stream] of streams.entries()) {
    const rest = stream[Symbol.iterator]();
    const first = rest.next();
    if (!first.done) heap.push({ item: first.value, index, rest });
  }
  heap.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  while (heap.length) {
    const top = heap[0]!;
    yield top.item;
    const next = top.rest.next();
    if (next.done) {
      const last = heap.pop()!;
      if (!heap.length) return;
      if (last !== top) heap[0] = last;
    } else {
      top.item = next.value;
    }
    siftDown(heap);
  }
}

const isBefore = <T extends { at: number }>(a: Head<T>, b: Head<T>): boolean =>
  a.item.at < b.item.at || (a.item.at === b.item.at && a.index < b.index);

function siftDown<T extends { at: number }>(heap: Head<T>[]): void {
  const moving = heap[0]!;
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, moving)) break;
    heap[hole] = heap[child]!;
    hole = child;
  }
  heap[hole] = moving;
}
