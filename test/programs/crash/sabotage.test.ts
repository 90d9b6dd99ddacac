import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SABOTAGES, sabotageArguments, sabotaged } from '../../support/sabotage.ts';

const ROOT = join(import.meta.dirname, '../../..');

test.each(Object.entries(SABOTAGES))('%s still finds the text it breaks', (_name, sabotage) => {
  const source = readFileSync(join(ROOT, sabotage.file), 'utf8');
  expect(sabotaged(source, sabotage)).not.toBe(source);
  expect(source.match(new RegExp(sabotage.find, 'g'))).toHaveLength(1);
});

test('a sabotage whose text is gone says so instead of changing nothing', () => {
  for (const sabotage of Object.values(SABOTAGES))
    expect(() => sabotaged('const rewritten = true;', sabotage)).toThrow(/no longer holds/);
});

test('an unknown sabotage is refused with the names there are', () => {
  expect(() => sabotageArguments('no-such')).toThrow(
    /ack-early, no-dedup, no-hash, misread-amounts, odd-field-rejects, no-limits, no-fsync, trust-browser/,
  );
  expect(sabotageArguments(undefined)).toEqual([]);
});

test('a sabotage reaches the module as it is loaded', { tags: ['slow'] }, () => {
  const ask = `console.log((await import('${ROOT}/server/privacy/hash.ts')).digest('shopper@example.com'))`;
  const run = (name?: string) =>
    spawnSync(process.execPath, [...sabotageArguments(name), '--input-type=module', '--eval', ask], {
      encoding: 'utf8',
    }).stdout.trim();
  expect(run('no-hash')).toBe('shopper@example.com');
  expect(run()).toMatch(/^[0-9a-f]{64}$/);
});
