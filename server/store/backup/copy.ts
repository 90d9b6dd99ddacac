import { join } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { openHighWater } from '../sqlite/high-water.ts';
import { lastSeq } from './examine-copy.ts';
import type { Snapshot } from './snapshot.ts';

/** @param share of the file's pages, 0 to 1. */
export type OnCopied = (file: string, share: number) => void;

/** Copied between two calls of `OnCopied`, in pages of 4 KiB. */
const PAGES = 8_192;

/** Copies a snapshot into an empty folder. Its high-water mark is that of the copy, or the one that was ahead of it. */
export async function copySnapshot(snapshot: Snapshot, folder: string, onCopied: OnCopied): Promise<void> {
  const { store, analytics, highWater } = snapshot;
  const copy = (connection: DatabaseSync, name: string) =>
    backup(connection, join(folder, name), {
      rate: PAGES,
      progress: ({ totalPages, remainingPages }) => onCopied(name, 1 - remainingPages / totalPages),
    });
  await copy(store, 'store.db');
  if (analytics) await copy(analytics, 'analytics.db');
  const last = lastSeq(store);
  if (!highWater || last === 0) return;
  const newest = store.prepare('SELECT max(received_at) AS atMs FROM events').get();
  const mark = openHighWater(join(folder, 'store.mark'));
  mark.advance(highWater.seq > last ? highWater : { seq: last, atMs: Number(newest?.atMs ?? 0) });
  mark.close();
}
