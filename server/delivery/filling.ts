import type { BatchLimits } from './batch.ts';
import type { Ready } from './prepare.ts';

/** Events whose payloads wait for others to share their request. */
export interface Filling {
  /** In lease order. */
  add(ready: readonly Ready[]): void;
  /** When the first of them was leased, epoch ms; undefined while none waits. */
  sinceMs(): number | undefined;
  /** Removes the events that fill one request; undefined while no request would be full. */
  removeFull(): Ready[] | undefined;
  removeAll(): Ready[];
}

/** With `isOrdered` events are removed in lease order only, those of other groups before them included. */
export function createFilling(limits: BatchLimits): Filling {
  let waiting: Ready[] = [];
  return {
    add(ready) {
      waiting.push(...ready);
    },
    sinceMs: () => waiting[0]?.leasedAtMs,
    removeFull() {
      const full = findFull(waiting, limits);
      const last = full?.at(-1);
      if (!full || !last) return undefined;
      const removed = new Set(limits.isOrdered ? waiting.slice(0, waiting.indexOf(last) + 1) : full);
      waiting = waiting.filter((one) => !removed.has(one));
      return [...removed];
    },
    removeAll: () => waiting.splice(0),
  };
}

/** The first events, in order, whose payloads of one group fill a request. */
function findFull(waiting: readonly Ready[], limits: BatchLimits): Ready[] | undefined {
  const { maxEvents, maxBytes, envelopeBytes, isOrdered } = limits;
  const groups = new Map<string | undefined, { events: Ready[]; payloads: number; bytes: number }>();
  for (const event of waiting) {
    for (const [group, payloads] of Map.groupBy(event.payloads, ({ group }) => group)) {
      if (isOrdered && !groups.has(group)) groups.clear();
      const request = groups.get(group) ?? { events: [], payloads: 0, bytes: envelopeBytes };
      groups.set(group, request);
      request.payloads += payloads.length;
      for (const { bytes } of payloads) request.bytes += bytes + 1;
      const isOver = request.payloads > maxEvents || request.bytes > maxBytes;
      if (isOver && request.events.length > 0) return request.events;
      request.events.push(event);
      if (isOver || request.payloads === maxEvents) return request.events;
    }
  }
  return undefined;
}
