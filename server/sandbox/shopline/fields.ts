import { z } from 'zod';

export const Text = z.string('must be text').min(1, 'must not be empty');

/** A whole number as JSON number, up to 2^53. */
export const Count = z.int('must be a whole number, not text').min(0, 'must not be negative');

export const Millis = z
  .int('must be a whole number, not text')
  .min(1e12, 'not 13 digits of milliseconds')
  .max(9_999_999_999_999, 'not 13 digits of milliseconds');

/** Counts code points: a character outside the basic plane is one, not two. */
export const textUpTo = (characters: number) =>
  Text.refine((text) => [...text].length <= characters, `longer than ${characters} characters`);

export const listUpTo = <Item extends z.ZodType>(item: Item, items: number) =>
  z.array(item, 'must be a list').max(items, `more than ${items} items`);
