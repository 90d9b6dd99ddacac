import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    // Only what hangs is meant to end here: a browser on a busy machine may need four times what it needs alone.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // One more than there are cores, at the least: some files mostly wait, for a time-out or a lost connection.
    maxWorkers: 3,
    // No state but `main`'s is global, so files may share a worker: what they import is read once.
    isolate: false,
    allowOnly: false,
  },
});
