import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DataDirUnusable } from '../../server/store/errors.ts';
import { type HighWater, openHighWater } from '../../server/store/sqlite/high-water.ts';
import { tempDir } from '../support/temp-dir.ts';

function open(path: string): HighWater {
  const mark = openHighWater(path);
  onTestFinished(() => mark.close());
  return mark;
}

/** What the next start finds if the process dies now. */
const foundAfterCrash = (path: string) => {
  const copy = join(tempDir(), 'copy.mark');
  writeFileSync(copy, readFileSync(path));
  return open(copy).found;
};

test('advance writes the mark to the file before it returns, in either slot', () => {
  const path = join(tempDir(), 'store.mark');
  const mark = open(path);
  expect(mark.found).toBe('absent');
  for (const seq of [1, 2, 3, 50, 51]) {
    mark.advance({ seq, atMs: seq * 10 });
    expect(foundAfterCrash(path)).toEqual({ seq, atMs: seq * 10 });
  }
});

test('the mark never decreases', () => {
  const path = join(tempDir(), 'store.mark');
  const mark = open(path);
  mark.advance({ seq: 9, atMs: 90 });
  mark.advance({ seq: 4, atMs: 95 });
  expect(foundAfterCrash(path)).toEqual({ seq: 9, atMs: 90 });
});

test('a write interrupted by a power failure damages one slot; the mark in the other is used', () => {
  for (const last of [6, 7]) {
    const path = join(tempDir(), 'store.mark');
    const mark = open(path);
    for (let seq = 1; seq <= last; seq++) mark.advance({ seq, atMs: 0 });
    const bytes = readFileSync(path);
    const slot = bytes.readDoubleLE(0) === last ? 0 : 4096;
    bytes.fill(0xff, slot + 3, slot + 12);
    writeFileSync(path, bytes);
    expect(foundAfterCrash(path)).toEqual({ seq: last - 1, atMs: 0 });
  }
});

test('the next process overwrites the older of the two slots', () => {
  const path = join(tempDir(), 'store.mark');
  const first = open(path);
  for (const seq of [1, 2, 3]) first.advance({ seq, atMs: 0 });
  const next = openHighWater(path);
  next.advance({ seq: 4, atMs: 0 });
  next.close();
  const bytes = readFileSync(path);
  expect([bytes.readDoubleLE(0), bytes.readDoubleLE(4096)].sort()).toEqual([3, 4]);
});

test('both slots are allocated at once, so that a full disk does not keep the mark from being written', () => {
  const path = join(tempDir(), 'store.mark');
  open(path);
  expect(statSync(path)).toMatchObject({ size: 8192, blocks: 16 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('an error for a mark that cannot be opened tells the operator what to do', () => {
  const path = join(tempDir(), 'store.mark');
  mkdirSync(path);
  expect(() => open(path)).toThrow(DataDirUnusable);
  expect(() => open(path)).toThrow(/store\.mark cannot be opened .*or remove it/);
});
