import { type ReadText, type StoredText, toStoredText } from './stored-text.ts';

/** In bytes: an order's id, the id of its event, and two who belong to it. */
const SPARE = 256;

/**
 * What a row that is composed later has in place of its visitor, who is read from the composed body: one byte, as many as
 * the mark of a composed row takes. SQLite writes a row that keeps its size only where its bytes differ; of most orders
 * that is one page.
 */
export const ONE_BYTE = ' ';

/** A body with spare bytes behind it, for what composing adds. */
export const withSpare = (body: string): string => body.trimEnd() + ' '.repeat(SPARE);

/** The text that takes the place of such a body, in the same size where it fits; then what is packed stays as it is. */
export function intoSpare(
  { body, packed }: ReadText,
  text: string,
): StoredText | [packed: 'same', body: string] {
  const rest = text.slice(packed);
  const free = Buffer.byteLength(body.slice(packed)) - Buffer.byteLength(rest);
  const isFitting = free >= 0 && text.startsWith(body.slice(0, packed));
  return isFitting ? ['same', rest + ' '.repeat(free)] : toStoredText(text);
}
