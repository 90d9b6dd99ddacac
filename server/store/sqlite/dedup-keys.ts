import { hash } from 'node:crypto';
import type { Source } from '../../../shared/protected-event.ts';

/** 16 bytes of a SHA-256 digest as latin1 text. */
export type DedupKey = string;

export const messageKey = (source: Source, messageId: string): DedupKey =>
  digest('message', `${source}\0${messageId}`);
/** As versions without voices recorded it. */
export const formerMessageKey = (messageId: string): DedupKey => digest('message', messageId);
export const orderKeyOf = (orderKey: string): DedupKey => digest('order', orderKey);
/** The same report of the same browser. */
export const evidenceKey = (parts: readonly string[]): DedupKey => digest('evidence', JSON.stringify(parts));
/** A name of an order whose buyer was erased. */
export const erasedKey = (name: string, isTrusted: boolean): DedupKey =>
  digest('erased', `${isTrusted ? 'trusted' : 'browser'}\0${name}`);
/** A signed body under one topic. Its keys belong to no shop: two shops of one app share the secret that signs. */
export const bodyKey = (digestOfBody: string, topic: string): DedupKey =>
  digest('body', `${topic}\0${digestOfBody}`);
export const OF_ALL_SHOPS = '';
const digest = (kind: 'message' | 'order' | 'evidence' | 'erased' | 'body', key: string) =>
  hash('sha256', `${kind}\0${key}`, 'latin1').slice(0, 16);
export const toBlob = (key: DedupKey): Uint8Array => Buffer.from(key, 'latin1');
export const fromBlob = (blob: Uint8Array): DedupKey => Buffer.from(blob).toString('latin1');

/** Which messageIds and order keys were seen within their windows. */
export interface Dedup {
  has(shop: string, key: DedupKey, nowMs: number): boolean;
  /** Keys that will be asked next, so that tables which are far away are read once for all of them. */
  readAhead?(keys: readonly (readonly [shop: string, key: DedupKey])[]): void;
  /** For an event that has the key in its row. Undone when that transaction fails. */
  add(shop: string, key: DedupKey, expiresAtMs: number): void;
  /** For what has no row of its own that would keep the key. */
  put(shop: string, key: DedupKey, expiresAtMs: number): void;
  /** A merge, if one is due. */
  upkeep(isIdle: boolean): Generator<undefined, void> | undefined;
  /** Moves all keys into the table, so that events can be removed. */
  merge(): Generator<undefined, void>;
  /** Deletes keys past their window. Reads the whole table: an index would slow every append to speed up an hourly job. */
  expire(nowMs: number): Generator<undefined, void>;
}

export interface Windows {
  retentionMs: number;
  orderKeyMs: number;
}
