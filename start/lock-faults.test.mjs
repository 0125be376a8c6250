import { readFileSync } from 'node:fs';
import { lockFaults, rangeFaults } from './lock-faults.mjs';

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const faultsAfter = (change) => {
  const changed = structuredClone(lock);
  change(changed.packages);
  return lockFaults(JSON.stringify(changed, undefined, 2));
};

test('ours has none', () => expect(faultsAfter(() => {})).toEqual([]));

test.each([
  ['linux-arm64', 'node_modules/@duckdb/node-bindings-linux-arm64', '@duckdb/node-bindings'],
  ['linux-x64', 'node_modules/@biomejs/cli-linux-x64', '@biomejs/biome'],
  ['darwin-arm64', 'node_modules/@rolldown/binding-darwin-arm64', 'rolldown'],
  ['linux-x64', 'node_modules/lightningcss-linux-x64-gnu', 'lightningcss'],
  ['linux-arm64', 'node_modules/@typescript/typescript-linux-arm64', 'typescript'],
  ['linux-arm64', 'node_modules/@unrs/resolver-binding-linux-arm64-gnu', 'unrs-resolver'],
  ['linux-x64', 'node_modules/@parcel/watcher-linux-x64-glibc', '@parcel/watcher'],
])('the %s binary %s is missed, gone or without a checksum', (platform, path, owner) => {
  const sentence = expect.stringMatching(new RegExp(`^package-lock.json lacks the ${platform} binary of ${owner} \\d`));
  expect(faultsAfter((packages) => delete packages[path])).toEqual([sentence]);
  expect(faultsAfter((packages) => delete packages[path].integrity)).toEqual([sentence]);
});

test('a package without a checksum is refused', () => {
  expect(faultsAfter((packages) => delete packages['node_modules/mqtt'].integrity)).toEqual([
    'package-lock.json has no version and checksum of node_modules/mqtt.',
  ]);
});

test.each(['https://registry.example/mqtt.tgz', 'http://127.0.0.1:4873/mqtt.tgz', 'git+ssh://git@host.example/mqtt.git'])(
  'the address %s is refused',
  (resolved) => {
    expect(faultsAfter((packages) => (packages['node_modules/mqtt'].resolved = resolved))).toEqual([expect.stringContaining(resolved)]);
  },
);

test.each(['/home/somebody/mqtt', 'file:/srv/mqtt', 'C:\\mqtt'])('the path %s is refused', (resolved) => {
  expect(faultsAfter((packages) => (packages['node_modules/mqtt'].resolved = resolved))).toHaveLength(1);
});

test.each(['^5.16.0', '~5.16.0', '*', '5.x', 'latest', '>=5', '5.16'])(
  'the range %s is refused where a version must be exact',
  (version) => {
    expect(rangeFaults('broker/package.json', { devDependencies: { mqtt: version } })).toEqual([
      `broker/package.json must name one exact version of mqtt, not "${version}".`,
    ]);
  },
);

test('an exact version is taken, and a range where it does no harm', () => {
  expect(
    rangeFaults('package.json', { dependencies: { '@duckdb/node-api': '1.5.5-r.5', '@nestjs/core': '12.5.1', jest: '^30.0.0' } }),
  ).toEqual([]);
});
