import { whyWithoutEffect } from './strap-link-answer.js';

const NOW = 1_800_000_000_000;

test.each([
  ['found', NOW, false, undefined],
  ['given', NOW - 1, false, undefined],
  ['overruled', NOW, false, /two straps/],
  ['overruled', NOW, true, /two straps/],
  ['given', NOW, true, /^Each of the two is assigned/],
  ['found', NOW + 1, false, /later/],
] as const)('%s from %d, each assigned: %s', (state, from, isEachAssigned, why) => {
  const said = whyWithoutEffect({ state, from }, isEachAssigned, NOW);
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(why);
});
