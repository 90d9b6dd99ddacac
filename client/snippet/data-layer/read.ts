import type { Properties } from '../api.ts';
import type { Thing } from '../thing.ts';

/** Google Analytics keeps 100 characters of a text, the collector accepts 512 of an id and 20,000 of a message. */
const MAX_CHARACTERS = 200;

/**
 * A value as text of bounded length. '' for objects and for currencies that are no three-letter code. Some shops give
 * removed or refunded quantities as negative numbers.
 */
const tidy = (name: string, value: Thing): string => {
  if (value == null || value === Object(value) || (name === 'currency' && !/^[a-z]{3}$/i.test(value)))
    return '';
  const text = `${value}`.slice(0, MAX_CHARACTERS);
  return name === 'quantity' ? text.replace('-', '') : text;
};

/**
 * Reads properties as text, each from the first object that has it.
 *
 * @param names separated by spaces: our property name, then after colons its other names. The first with a value counts.
 */
export const read = (names: string, ...things: Thing[]): Properties => {
  const properties: Properties = {};
  for (const row of names.split(' ')) {
    const words = row.split(':');
    for (const thing of things) {
      for (const word of words) {
        const text = tidy(word, thing?.[word]);
        if (text) properties[words[0] as string] ??= text;
      }
    }
  }
  return properties;
};
