import { isOutdated } from './build-check.js';

const index = (script: string) => `<!doctype html><script type="module" crossorigin src="${script}"></script>`;

test.each([
  ['http://a/assets/index-1.js', index('/assets/index-1.js'), false],
  ['http://a/assets/index-1.js', index('/assets/index-2.js'), true],
  ['http://a/assets/index-1.js', '<h1>502</h1>', false],
  ['http://a/src/main.tsx', index('/assets/index-2.js'), false],
])('%s under %s: outdated %s', async (own, html, outdated) => {
  expect(await isOutdated(own, async () => html)).toBe(outdated);
});

test('a server that does not answer is no reason to reload', async () => {
  expect(await isOutdated('http://a/assets/index-1.js', () => Promise.reject(new TypeError('offline')))).toBe(false);
});
