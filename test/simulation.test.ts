import { campaign } from './simulation/campaign.js';
import { mistakes } from './simulation/mistakes.js';
import { simulate } from './simulation/simulation.js';
import type { StorageKind } from './simulation/variant.js';

/** Which checks catch a mistake, and seeds that are known to bring it out: one of them has to. `npm run bench:simulation -- --mistake NAME` finds others. */
const CAUGHT: readonly (readonly [mistake: string, checks: readonly number[], storage: StorageKind, seeds: readonly number[]])[] = [
  ['commit-before-derive', [3], 'transactional', [18, 22]],
  ['reuse-spool', [1], 'idempotent', [13, 16]],
  ['dedupe-by-message', [1], 'transactional', [1, 4]],
  ['forget-epoch', [8], 'transactional', [58, 181, 249, 294]],
  ['trust-puback', [5], 'transactional', [1, 2]],
  ['no-union', [1], 'transactional', [1, 2]],
  ['accept-forged', [5], 'transactional', [6, 11]],
  ['parallel-derive', [1, 4, 5], 'transactional', [1, 4, 6]],
  ['backlog-first', [7], 'transactional', [83, 250, 472, 497]],
  ['without appendEach', [1], 'transactional', [4, 5]],
  ['without ceiling', [4, 8], 'idempotent', [13, 16, 26]],
  ['without closing', [8], 'transactional', [1, 3]],
  ['without handshake', [4], 'idempotent', [67, 114]],
  ['without gone', [4], 'transactional', [1, 3]],
  ['without rejectByName', [1], 'transactional', [30, 63]],
  ['without sharedBackoff', [8], 'transactional', [1, 4]],
  ['without deriveInTxn', [3], 'idempotent', [4, 9]],
  ['without intents', [3, 4], 'idempotent', [4, 5]],
  ['without watermark', [3], 'transactional', [3, 4]],
  ['without lookback10', [3], 'transactional', [1, 2]],
  ['without moveByQuery', [3], 'idempotent', [4, 8]],
  ['without saltedKey', [1, 4], 'idempotent', [45, 194, 215]],
  ['without storeEpoch', [8], 'transactional', [134, 1205]],
];

test('whatever is unplugged, every reading is stored once, every second is right and both ledgers balance', () => {
  const { failed, firstFailure, figures } = campaign({ seed: 1, runs: 35, storages: ['transactional', 'idempotent'] });
  expect(firstFailure).toBeUndefined();
  expect(failed).toBe(0);
  // It did go through what it is for.
  expect(figures.crashes).toBeGreaterThan(100);
  expect(figures.powerLost).toBeGreaterThan(10);
  expect(figures.dropped).toBeGreaterThan(100);
  expect(figures.refused).toBeGreaterThan(10);
});

test('each deliberate mistake is in the table', () => {
  expect(CAUGHT.map(([mistake]) => mistake)).toEqual(Object.keys(mistakes));
});

test.each(CAUGHT)('%s is caught by check %j', (mistake, checks, storage, seeds) => {
  const isCaught = seeds.some((seed) => {
    const { wrong } = simulate(seed, storage, mistakes[mistake]);
    return checks.some((check) => wrong.some((text) => text.startsWith(`(${check})`)));
  });
  expect(isCaught).toBe(true);
});
