import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { edited, SABOTAGES, sabotageArguments } from '../../support/sabotage.ts';

const ROOT = join(import.meta.dirname, '../../..');

const EDITS = Object.entries(SABOTAGES).flatMap(([name, { edits }]) =>
  edits.map((edit) => ({ name, file: edit.file, edit })),
);

test.each(EDITS)('$name still finds the text it breaks in $file', ({ edit }) => {
  const source = readFileSync(join(ROOT, edit.file), 'utf8');
  expect(edited(source, edit)).not.toBe(source);
  expect(source.match(new RegExp(edit.find, 'g'))).toHaveLength(1);
});

test('a sabotage whose text is gone says so instead of changing nothing', () => {
  for (const { edit } of EDITS)
    expect(() => edited('const rewritten = true;', edit)).toThrow(/no longer holds/);
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
