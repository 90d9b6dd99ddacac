import { expect, test } from 'vitest';
import { SABOTAGES } from '../../support/sabotage.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { checkPromises } from './checks.ts';

/** `npm run bench` fails for a collector with a broken guarantee. */
test.each([
  ['ack-early', /answered 200 but not in the log/],
  ['no-dedup', /stored twice/],
  ['no-hash', /with an address or number in clear/],
  ['no-fsync', /log\.synchronous is off/],
  ['trust-browser', /orders were made by a page alone/],
])('%s fails the bench', async (sabotage, words) => {
  expect((await checkPromises({ dataDir: tempDir(), seconds: 0.5, sabotage })).broken.join('; ')).toMatch(
    words,
  );
});

test('every sabotage is listed', () => {
  expect(Object.keys(SABOTAGES).sort()).toEqual([
    'ack-early',
    'copied-file',
    'misread-amounts',
    'no-dedup',
    'no-fence',
    'no-fsync',
    'no-hash',
    'no-limits',
    'no-log-lock',
    'no-version',
    'odd-field-rejects',
    'trust-browser',
  ]);
});
