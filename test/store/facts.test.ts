import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { MAX_FACT_LENGTH } from '../../server/store/store.ts';
import { tempDir } from '../support/temp-dir.ts';

async function setUp() {
  const dataDir = tempDir();
  const open = async () => {
    const log = await openLog({ dataDir, consumers: [], retentionMs: 86_400_000 });
    onTestFinished(() => log.close());
    return log;
  };
  return { log: await open(), open };
}

test('a fact is read as it was last written, after a restart too', async () => {
  const { log, open } = await setUp();
  expect(await log.readFact('watchdog')).toBeUndefined();
  await log.writeFact('watchdog', 'first');
  await log.writeFact('watchdog', '{"二":"\u0000"}');
  expect(await log.readFact('watchdog')).toBe('{"二":"\u0000"}');
  await log.close();
  expect(await (await open()).readFact('watchdog')).toBe('{"二":"\u0000"}');
});

test('a fact that is kept stays what it was at first', async () => {
  const { log } = await setUp();
  expect(await log.keepFact('key', 'first')).toBe('first');
  expect(await log.keepFact('key', 'second')).toBe('first');
  expect(await log.readFact('key')).toBe('first');
});

test('names are apart from the store’s own: the key of witnesses is neither read nor replaced', async () => {
  const { log } = await setUp();
  const digest = log.witnessOf('203.0.113.9');
  expect(await log.readFact('witness-key')).toBeUndefined();
  await log.writeFact('witness-key', 'x');
  expect(log.witnessOf('203.0.113.9')).toBe(digest);
});

test('too long a fact is refused', async () => {
  const { log } = await setUp();
  await expect(log.writeFact('watchdog', 'x'.repeat(MAX_FACT_LENGTH + 1))).rejects.toThrow(RangeError);
});
