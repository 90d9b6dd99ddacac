import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    // Ends only what hangs: on a busy machine a browser may need four times what it needs alone.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // At least one more than there are cores: some files mostly wait for a time-out or a lost connection.
    maxWorkers: 3,
    // Concurrent tests of a file share its collector and mostly wait for it.
    maxConcurrency: 40,
    // Only `main.ts` has global state, so files may share a worker and what it has imported.
    isolate: false,
    allowOnly: false,
    tags: [
      {
        name: 'slow',
        description:
          'Starts processes, waits for real seconds or many disk writes, or computes for a second.',
      },
    ],
  },
});
