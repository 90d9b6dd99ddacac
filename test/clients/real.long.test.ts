import { expect, test } from 'vitest';
import { startCollector, WRITE_KEY } from '../support/collector.ts';
import { tempDir } from '../support/temp-dir.ts';
import { expectArrived } from './arrived.ts';
import { isHere, LIBRARIES } from './libraries.ts';
import { startRecorder } from './recorder.ts';
import { RECORDINGS } from './recordings.ts';
import { runClient } from './run-client.ts';

/** The clients are of other languages and no part of this project: those on this machine are run. */
const here = LIBRARIES.filter(isHere);
const missing = LIBRARIES.filter((library) => !here.includes(library));
console.log(`clients on this machine: ${namesOf(here)}; not on it, so not run: ${namesOf(missing)}`);

function namesOf(libraries: typeof LIBRARIES): string {
  return libraries.map(({ name }) => name).join(', ') || 'none';
}

test('each client that can be run has a recording, which is always sent', () => {
  expect(Object.keys(RECORDINGS).toSorted()).toEqual(LIBRARIES.map(({ name }) => name).toSorted());
});

test.each(here)(
  '$name only needs another address',
  async (library) => {
    const collector = await startCollector();
    const between = await startRecorder(library.isTls, collector.base);
    try {
      expect(await runClient(library, between, WRITE_KEY, tempDir())).not.toMatch(/not taken/);
    } finally {
      await between.close();
    }
    await expectArrived(collector, library.name);
  },
  120_000,
);
