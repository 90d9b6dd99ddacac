/** Longer keys than this are rare and may be anything; they are worked out each time. */
const MAX_KEY_LENGTH = 256;

/**
 * The same function, remembering its first `size` answers to short texts: field names and user agents repeat with
 * every event. What a hostile sender makes up beyond that is worked out and forgotten.
 */
export function remember<Result>(size: number, work: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as Result;
    const result = work(text);
    if (known.size < size && text.length <= MAX_KEY_LENGTH) known.set(text, result);
    return result;
  };
}
