import { expect, test } from 'vitest';
import { SABOTAGES } from '../../support/sabotage.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { checkPromises } from './checks.ts';

/** `npm run bench` fails a collector that breaks its promises. */
// A kill, or the end, may come at the moment at which a spoiled collector owes nothing; not three times.
test.each([
  ['ack-early', /answered 200 but not in the log/],
  ['no-dedup', /stored twice/],
  ['no-hash', /with an address or number in clear/],
  ['no-fsync', /log\.synchronous is off/],
])('a collector with %s fails it', { retry: 2 }, async (sabotage, words) => {
  expect((await checkPromises({ dataDir: tempDir(), seconds: 0.5, sabotage })).broken.join('; ')).toMatch(
    words,
  );
});

test('no sabotage is left untried', () => {
  expect(Object.keys(SABOTAGES).sort()).toEqual(['ack-early', 'no-dedup', 'no-fsync', 'no-hash']);
});
