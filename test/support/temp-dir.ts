import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory of its own for the running test, removed when the test (or what `whenOver` waits for) is over. */
export function tempDir(whenOver: (clean: () => void) => void = onTestFinished): string {
  const directory = mkdtempSync(join(tmpdir(), 'storebeacon-'));
  whenOver(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
