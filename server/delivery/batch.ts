/** One payload's size on the wire. */
export interface Sized {
  bytes: number;
  /** Must not share a request. */
  isAlone: boolean;
}

/**
 * Splits payloads, in order, into the fewest batches that keep both limits.
 *
 * @param limits `maxBytes` counts the whole body; `envelopeBytes` of it are the request without any payload.
 * @returns no empty batch; a payload that fits no batch must have been taken out before.
 */
export function toBatches<Item extends Sized>(
  items: readonly Item[],
  limits: { maxEvents: number; maxBytes: number; envelopeBytes: number },
): Item[][] {
  const batches: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const current = batches.at(-1);
    const withItem = bytes + item.bytes + 1;
    const mayShare = current && !item.isAlone && !current[0]?.isAlone;
    if (mayShare && current.length < limits.maxEvents && withItem <= limits.maxBytes) {
      current.push(item);
      bytes = withItem;
    } else {
      batches.push([item]);
      bytes = limits.envelopeBytes + item.bytes + 1;
    }
  }
  return batches;
}
