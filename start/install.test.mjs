import { explainNpm, matchesLock } from './install.mjs';

const lock = {
  '': { version: '0.1.0' },
  broker: { version: '0.1.0' },
  'node_modules/mqtt': { version: '5.16.0', integrity: 'sha512-a' },
  'node_modules/@pulseboard/broker': { resolved: 'broker', link: true },
  'node_modules/x-linux-x64': { version: '1.0.0', integrity: 'sha512-b', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
  'node_modules/x-linux-x64-musl': { version: '1.0.0', integrity: 'sha512-c', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  'node_modules/x-darwin-arm64': { version: '1.0.0', integrity: 'sha512-d', optional: true, os: ['darwin'], cpu: ['arm64'] },
};
const machine = { platform: 'linux', arch: 'x64', musl: false };
const { 'node_modules/x-linux-x64-musl': _musl, 'node_modules/x-darwin-arm64': _mac, ...installed } = lock;

describe('what somebody installed by hand', () => {
  test('is taken when it is what the lock says for this machine', () => expect(matchesLock(lock, installed, machine)).toBe(true));

  test.each([
    { name: 'a package is missing', packages: { ...installed, 'node_modules/mqtt': undefined }, on: machine },
    { name: 'a version differs', packages: { ...installed, 'node_modules/mqtt': { version: '5.15.0' } }, on: machine },
    {
      name: 'a content differs',
      packages: { ...installed, 'node_modules/mqtt': { version: '5.16.0', integrity: 'sha512-z' } },
      on: machine,
    },
    { name: 'it was made on another kind of machine', packages: installed, on: { ...machine, platform: 'darwin', arch: 'arm64' } },
    { name: 'it was made for another C library', packages: installed, on: { ...machine, musl: true } },
    { name: 'the development packages were left out', packages: {}, on: machine },
  ])('is not taken when $name', ({ packages, on }) => expect(matchesLock(lock, packages, on)).toBe(false));
});

test.each([
  ['npm error code ENOTFOUND\nnpm error network request failed', 'cannot be reached'],
  ['npm error code ECONNREFUSED', 'cannot be reached'],
  ['npm error code ENOSPC\nnpm error no space left on device', 'The disk is full'],
  ['npm error code EACCES', 'may not write here'],
  ['npm error code EUSAGE', 'do not fit together'],
  ['npm error code EINTEGRITY', 'is not the one that package-lock.json names'],
  ['npm error code E401', 'refuses access'],
  ['npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'NODE_EXTRA_CA_CERTS'],
  ['npm error something new', 'exit code 1'],
])('%j is explained in one sentence', (output, part) => {
  const sentence = explainNpm(output, 1, '/srv/pulseboard');
  expect(sentence).toContain(part);
  expect(sentence).not.toContain('\n');
});
