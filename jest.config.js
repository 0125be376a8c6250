import { existsSync } from 'node:fs';

// Tests run on what `tsc -b` wrote, so they run exactly the code that ships.
const compiled = [
  'contract/dist',
  'edge-gateway/dist',
  'broker/dist',
  'cloud-processor/dist',
  'leaderboard/build',
  'grafana/dist',
  'test/dist',
];

export default {
  testEnvironment: 'node',
  transform: {},
  roots: [...compiled, 'start'].filter((folder) => existsSync(new URL(folder, import.meta.url))).map((folder) => `<rootDir>/${folder}`),
  moduleFileExtensions: ['js', 'mjs', 'json', 'node'],
  testMatch: ['**/*.test.js', '**/start/*.test.mjs'],
  // A safety net, not a measure: machines are shared.
  testTimeout: 300_000,
};
