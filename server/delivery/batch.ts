/** One payload's size in a request. */
export interface Sized {
  /** UTF-8. */
  bytes: number;
  /** Must not share a request. */
  isAlone: boolean;
  /** Items of different groups do not share a request. */
  group?: string | undefined;
}

/**
 * Splits payloads into the fewest batches of one group each that keep both limits. Order is kept within a group; the
 * groups follow in the order of their first payloads, with `isOrdered` each batch in the order of all payloads.
 *
 * @param items each must fit into a request by itself.
 * @param limits `maxBytes` counts the whole body; `envelopeBytes` of it are the request without any payload.
 * @returns no empty batch; an empty list yields an empty list.
 */
export function toBatches<Item extends Sized>(items: readonly Item[], limits: BatchLimits): Item[][] {
  const groups = limits.isOrdered ? runs(items) : [...Map.groupBy(items, ({ group }) => group).values()];
  return groups.flatMap((group) => batchesOfOneGroup(group, limits));
}

/** Neighbours of the same group. */
function runs<Item extends Sized>(items: readonly Item[]): Item[][] {
  const found: Item[][] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last && last[0]?.group === item.group) last.push(item);
    else found.push([item]);
  }
  return found;
}

export interface BatchLimits {
  maxEvents: number;
  maxBytes: number;
  envelopeBytes: number;
  /** A payload may depend on an earlier one of another group. */
  isOrdered?: boolean;
}

function batchesOfOneGroup<Item extends Sized>(items: readonly Item[], limits: BatchLimits): Item[][] {
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
