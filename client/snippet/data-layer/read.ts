import type { Properties } from '../api.ts';
import type { Thing } from '../thing.ts';

/** Google Analytics keeps 100 of a text, the collector takes 512 of an id, and a message has room for 20,000. */
const MAX_CHARACTERS = 200;

/**
 * A text of bounded length, empty where there is none: for one odd value the collector would have to refuse the whole
 * message, and nobody asked us to look inside an object. Some shops count below zero what is taken away or given back.
 */
const tidy = (name: string, value: Thing): string => {
  if (value == null || value === Object(value) || (name === 'currency' && !/^[a-z]{3}$/i.test(value)))
    return '';
  const text = `${value}`.slice(0, MAX_CHARACTERS);
  return name === 'quantity' ? text.replace('-', '') : text;
};

/**
 * What is said under these names, as text, by the first of these things that says it.
 *
 * @param names parted by spaces: our name of a property, and after colons what else it is called. The first that is
 * there counts.
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
