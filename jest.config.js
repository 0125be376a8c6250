// Tests run on what `tsc -b` wrote, so they run exactly the code that ships.
export default {
  testEnvironment: 'node',
  transform: {},
  roots: ['<rootDir>/contract/dist', '<rootDir>/edge-gateway/dist', '<rootDir>/broker/dist', '<rootDir>/cloud-processor/dist', '<rootDir>/leaderboard/build', '<rootDir>/test/dist'],
  testMatch: ['**/*.test.js'],
  testTimeout: 30_000,
};
