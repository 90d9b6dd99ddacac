import { options } from './config.ts';
import { recall, remember, store, write } from './storage.ts';

const MAX_AGE_MS = 7 * 86_400_000;
const MAX_MESSAGES = 200;
/** 200 KB: browsers store two bytes per character. */
const MAX_CHARACTERS = 100_000;
/** For one request, and so for one message. A page's beacons share 64 KiB, and a character takes up to three bytes. */
export const CHUNK_CHARACTERS = 20_000;

let last = 0;

const prefix = () => `_sb_q.${options.key}.`;

/** Oldest first. */
const keys = () =>
  Object.keys(store)
    .filter((key) => key.startsWith(prefix()))
    .sort();

export const remove = (key: string) => delete store[key];

/**
 * Stores a message, as JSON text, until it is answered. Each has a key of its own, so that tabs never overwrite each
 * other's messages. Keys begin with the time and sort by age.
 */
export const enqueue = (text: string) => {
  last = Math.max(last + 1, Date.now());
  write(`${prefix() + last}.${Math.random()}`, text);
};

/**
 * The keys of the oldest messages that fit one request, without those in `except`. Removes and counts messages that are
 * too old or exceed the limits.
 */
export const nextKeys = (except: string[]): string[] => {
  let charactersLeft = MAX_CHARACTERS;
  let chunkLeft = CHUNK_CHARACTERS;
  const tooOld = prefix() + (Date.now() - MAX_AGE_MS);
  const newestFirst = keys().reverse();
  const retained = newestFirst.filter((key, newer) => {
    const { length } = store[key] as string;
    charactersLeft -= length;
    if (newer < MAX_MESSAGES && length < CHUNK_CHARACTERS && charactersLeft > 0 && key > tooOld) return true;
    remove(key);
    remember({ lost: (recall().lost || 0) + 1 });
    return false;
  });
  return retained.reverse().filter((key) => {
    if (except.includes(key)) return false;
    chunkLeft -= (store[key] as string).length;
    return chunkLeft > 0;
  });
};

export const clear = () => keys().forEach(remove);
