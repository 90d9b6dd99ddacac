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

/** What the next start finds when the process dies now. */
const foundAfterDeath = (path: string) => {
  const copy = join(tempDir(), 'copy.mark');
  writeFileSync(copy, readFileSync(path));
  return open(copy).found;
};

test('every mark is in the file the moment it was reached, whichever slot it went to', () => {
  const path = join(tempDir(), 'events.mark');
  const mark = open(path);
  expect(mark.found).toBe('absent');
  for (const seq of [1, 2, 3, 50, 51]) {
    mark.reach({ seq, atMs: seq * 10 });
    expect(foundAfterDeath(path)).toEqual({ seq, atMs: seq * 10 });
  }
});

test('a mark never goes back', () => {
  const path = join(tempDir(), 'events.mark');
  const mark = open(path);
  mark.reach({ seq: 9, atMs: 90 });
  mark.reach({ seq: 4, atMs: 95 });
  expect(foundAfterDeath(path)).toEqual({ seq: 9, atMs: 90 });
});

test('a write cut off by a power failure spoils one slot; the mark before it still counts', () => {
  for (const last of [6, 7]) {
    const path = join(tempDir(), 'events.mark');
    const mark = open(path);
    for (let seq = 1; seq <= last; seq++) mark.reach({ seq, atMs: 0 });
    const bytes = readFileSync(path);
    const slot = bytes.readDoubleLE(0) === last ? 0 : 4096;
    bytes.fill(0xff, slot + 3, slot + 12);
    writeFileSync(path, bytes);
    expect(foundAfterDeath(path)).toEqual({ seq: last - 1, atMs: 0 });
  }
});

test('the next process writes over the older of the two marks', () => {
  const path = join(tempDir(), 'events.mark');
  const first = open(path);
  for (const seq of [1, 2, 3]) first.reach({ seq, atMs: 0 });
  const next = openHighWater(path);
  next.reach({ seq: 4, atMs: 0 });
  next.close();
  const bytes = readFileSync(path);
  expect([bytes.readDoubleLE(0), bytes.readDoubleLE(4096)].sort()).toEqual([3, 4]);
});

test('the file takes its room at once, so that a full disk does not stop the mark', () => {
  const path = join(tempDir(), 'events.mark');
  open(path);
  expect(statSync(path)).toMatchObject({ size: 8192, blocks: 16 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a mark that cannot be opened is said in words an operator can act on', () => {
  const path = join(tempDir(), 'events.mark');
  mkdirSync(path);
  expect(() => open(path)).toThrow(DataDirUnusable);
  expect(() => open(path)).toThrow(/events\.mark cannot be opened .*or remove it/);
});
