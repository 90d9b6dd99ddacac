import { LRUCache } from 'lru-cache';

/** The `size` entries used last. Memory grows with them: with its option `max` the package reserves all of it at once. */
export const createCache = <Key extends {}, Value extends {}>(size: number) =>
  new LRUCache<Key, Value>({ maxSize: size, sizeCalculation: () => 1 });

/** Longer texts are rare and chosen by the sender; their results are not kept. */
const MAX_KEY_LENGTH = 256;

/**
 * The same function, keeping the results of the `size` texts used last: field names and user agents repeat with every
 * event.
 */
export function memoize<Result>(size: number, compute: (text: string) => Result): (text: string) => Result {
  // Boxed, because the cache does not store undefined.
  const results = createCache<string, { result: Result }>(size);
  return (text) => {
    if (text.length > MAX_KEY_LENGTH) return compute(text);
    const known = results.get(text);
    if (known) return known.result;
    const result = compute(text);
    results.set(text, { result });
    return result;
  };
}
