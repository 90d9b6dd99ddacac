import { options } from './config.ts';
import { recall, remember, store, write } from './storage.ts';

const MAX_AGE_MS = 7 * 86_400_000;
const MAX_MESSAGES = 200;
/** 200 KB: browsers store two bytes per character. */
export const MAX_CHARACTERS = 100_000;
/** For one request, and so for one message. A page's beacons share 64 KiB, and a character takes up to three bytes. */
export const CHUNK_CHARACTERS = 20_000;

let last = 0;
/** In every key of this page. */
const pageId = Math.random();

/** What is stored: messages for the collector, and schema.org texts that no plugin has read. */
type Kind = 'q' | 'j';
const prefix = (kind: Kind) => `_sb_${kind}.${options.key}.`;

/** The texts of messages with traits, which are never stored. */
const whole: Record<string, string | undefined> = {};

export const read = (key: string) => (whole[key] || store[key]) as string;

/** Oldest first. */
const keys = (kind: Kind) =>
  Object.keys(store)
    .filter((key) => key.startsWith(prefix(kind)))
    .sort();

export const remove = (key: string) => delete whole[key] && delete store[key];

/**
 * A key for one text: each has its own, so that tabs never overwrite each other's. Keys begin with the time, so they sort
 * by age, and end with the page's id.
 */
export const newKey = (kind: Kind) => {
  last = Math.max(last + 1, Date.now());
  return `${prefix(kind) + last}.${pageId}`;
};

/** Stores a message, as JSON text, until it is answered. @param text with what must not be stored, for as long as the page. */
export const enqueue = (stored: string, text?: string, key = newKey('q')) => {
  whole[key] = text;
  write(key, stored);
};

/** The keys that are within the limits, oldest first. Removes and counts the others. Only messages must fit one request. */
export const retain = (kind: Kind, maxAgeMs = MAX_AGE_MS): string[] => {
  let charactersLeft = MAX_CHARACTERS;
  const tooOld = prefix(kind) + (Date.now() - maxAgeMs);
  const newestFirst = keys(kind).reverse();
  const retained = newestFirst.filter((key, newer) => {
    const { length } = read(key);
    const fits = kind !== 'q' || length < CHUNK_CHARACTERS;
    charactersLeft -= length;
    return (
      (newer < MAX_MESSAGES && fits && charactersLeft > 0 && key > tooOld) ||
      (remove(key) && remember({ lost: (recall().lost || 0) + 1 }))
    );
  });
  return retained.reverse();
};

/** The keys of the oldest messages that fit one request, without those in `except`. */
export const nextKeys = (except: string[]): string[] => {
  let chunkLeft = CHUNK_CHARACTERS;
  return retain('q').filter((key) => {
    if (except.includes(key)) return false;
    chunkLeft -= read(key).length;
    return chunkLeft > 0;
  });
};

/** Removes everything but denials, which belong to no session. */
export const clear = () => {
  [...keys('q'), ...keys('j')].forEach((key) => {
    if (read(key).includes('sessionId')) remove(key);
  });
};
