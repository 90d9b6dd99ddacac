import { options } from './config.ts';
import { box, write } from './storage.ts';

const PREFIX = `_sb_q.${options.key}.`;
const MAX_AGE_MS = 7 * 86_400_000;
const MAX_MESSAGES = 200;
/** 200 KB as browsers keep text, two bytes a character. */
const MAX_CHARACTERS = 100_000;
/** Beacons of one page share 64 KiB, and a character is at most three bytes. No message may be longer either. */
const CHUNK_CHARACTERS = 20_000;

let last = 0;

/** Oldest first. */
const keys = () =>
  Object.keys(box)
    .filter((key) => key.startsWith(PREFIX))
    .sort();

export const remove = (key: string) => delete box[key];

/**
 * Puts a message, as JSON text, where it waits for an answer. Each has a record of its own, so tabs that write at the
 * same time never overwrite each other's; its key begins with the time, so keys sort by age.
 */
export const enqueue = (text: string) => {
  last = Math.max(last + 1, Date.now());
  write(`${PREFIX + last}.${Math.random()}`, text);
};

/** The keys of the oldest messages that fit one request, none of those in `except`. What is too old or too much goes. */
export const take = (except: string[]): string[] => {
  let characters = 0;
  let chunk = 0;
  return keys()
    .reverse()
    .filter((key, newer) => {
      const { length } = box[key] as string;
      characters += length;
      const ageMs = Date.now() - parseFloat(key.slice(PREFIX.length));
      if (
        newer < MAX_MESSAGES &&
        length < CHUNK_CHARACTERS &&
        characters < MAX_CHARACTERS &&
        ageMs < MAX_AGE_MS
      )
        return !except.includes(key);
      remove(key);
      return false;
    })
    .reverse()
    .filter((key) => {
      chunk += (box[key] as string).length;
      return chunk < CHUNK_CHARACTERS;
    });
};

export const clear = () => keys().forEach(remove);
