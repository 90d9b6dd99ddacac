/** One payload's size in a request. */
export interface Sized {
  /** UTF-8. */
  bytes: number;
  /** Must not share a request. */
  isAlone: boolean;
}

/**
 * Splits payloads, in order, into the fewest batches that keep both limits.
 *
 * @param items each must fit into a request by itself.
 * @param limits `maxBytes` counts the whole body; `envelopeBytes` of it are the request without any payload.
 * @returns no empty batch; an empty list yields an empty list.
 */
export function toBatches<Item extends Sized>(
  items: readonly Item[],
  limits: { maxEvents: number; maxBytes: number; envelopeBytes: number },
): Item[][] {
  const batches: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const current = batches.at(-1);
    const bytesWithItem = bytes + item.bytes + 1;
    const mayShare = current && !item.isAlone && !current[0]?.isAlone;
    if (mayShare && current.length < limits.maxEvents && bytesWithItem <= limits.maxBytes) {
      current.push(item);
      bytes = bytesWithItem;
    } else {
      batches.push([item]);
      bytes = limits.envelopeBytes + item.bytes + 1;
    }
  }
  return batches;
}
