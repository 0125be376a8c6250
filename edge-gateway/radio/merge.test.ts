import fc from 'fast-check';
import { mergeByTime } from './merge.js';

it('gives what a stable sort of all streams gives', () => {
  const stream = fc.array(fc.nat(20), { maxLength: 12 }).map((times) => times.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.array(stream, { maxLength: 9 }), (streams) => {
      const items = streams.map((times, index) => times.map((at) => ({ at, index })));
      expect([...mergeByTime(items)]).toEqual(items.flat().sort((a, b) => a.at - b.at || a.index - b.index));
    }),
  );
});

it('is lazy: pulls one item ahead of each stream', () => {
  let pulled = 0;
  function* endless() {
    for (;;) yield { at: pulled++ };
  }
  const merged = mergeByTime([endless()]);
  merged.next();
  merged.next();
  expect(pulled).toBe(2);
});
