import { LimitedLog } from './limited-log.js';

function opened() {
  let now = 0;
  const lines: [object, string][] = [];
  const log = new LimitedLog({ warn: (fields: object, sentence: string) => lines.push([fields, sentence]) } as never, () => now);
  return { log, lines, wait: (ms: number) => (now += ms) };
}

test('the first fault of a kind is logged at once, the others are counted in the next line', () => {
  const { log, lines, wait } = opened();
  for (let i = 0; i < 1000; i++) log.warn('bad batch', { i }, 'batch rejected');
  log.warn('bad health', { i: 7 }, 'health rejected');
  expect(lines).toEqual([
    [{ i: 0 }, 'batch rejected'],
    [{ i: 7 }, 'health rejected'],
  ]);
  wait(10_000);
  log.warn('bad batch', { i: 1000 }, 'batch rejected');
  expect(lines.slice(2)).toEqual([[{ i: 1000, more: 999 }, 'batch rejected']]);
});

test('made-up kinds do not fill the memory, nor the log of the others', () => {
  const { log, lines } = opened();
  for (let i = 0; i < 3000; i++) log.warn(`kind ${i}`, {}, 'x');
  log.warn('kind 2999', {}, 'x');
  expect(lines).toHaveLength(3000);
});
