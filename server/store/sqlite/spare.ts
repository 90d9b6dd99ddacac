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

/** The text that takes the place of such a body, in the same size where it fits. */
export function intoSpare(body: string, text: string): string {
  const free = Buffer.byteLength(body) - Buffer.byteLength(text);
  return free > 0 ? text + ' '.repeat(free) : text;
}
