import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One more than there are cores, at the least: some files mostly wait, for a time-out or a lost connection.
    maxWorkers: 3,
    allowOnly: false,
  },
});
