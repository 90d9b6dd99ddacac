import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { DeliveryReport, Report } from '../delivery/report.ts';
import type { Accepted, Store } from '../store/store.ts';

/** One event on the live page: what was stored, and its delivery to each destination. */
export interface Watched {
  id: string;
  at: string;
  type: string;
  event: string;
  messageId: string;
  consent: ProtectedEvent['consent'];
  deliveries: Record<string, WatchedDelivery>;
}
export interface WatchedDelivery {
  state: 'waiting' | DeliveryReport['state'];
  reason?: string;
  answer?: string;
  /** One payload, or the list of them when an event became several. */
  payload?: unknown;
}

export interface Recorder {
  /** Wraps the log and records every stored event; changes nothing. */
  watch(log: Store): Store;
  report: Report;
  /** Newest first. */
  events(): Watched[];
}

const MAX_EVENTS = 200;
const isDelivered = (accepted: Accepted | undefined) => accepted?.isStored && !accepted.isEvidence;

/** Keeps the newest 200 events in memory. */
export function createRecorder(destinations: readonly string[]): Recorder {
  const watched = new Map<string, Watched>();
  const record = (event: ProtectedEvent) => {
    if (watched.has(event.messageId)) return;
    watched.set(event.messageId, {
      id: event.messageId,
      at: event.receivedAt,
      type: event.type,
      event: event.event ?? event.name ?? event.context.page?.path ?? event.type,
      messageId: event.messageId,
      consent: event.consent,
      deliveries: Object.fromEntries(destinations.map((name) => [name, { state: 'waiting' as const }])),
    });
    const oldest = watched.size > MAX_EVENTS ? watched.keys().next().value : undefined;
    if (oldest !== undefined) watched.delete(oldest);
  };
  return {
    watch: (log) => ({
      ...log,
      async accept(entries) {
        const accepted = await log.accept(entries);
        // Not what only statistics count, for example an email that was opened.
        for (const [index, { event, audience }] of entries.entries())
          if (audience === undefined && isDelivered(accepted[index])) record(event);
        return accepted;
      },
    }),
    report({ messageId, destination, state, reason, answer, payloads }) {
      const found = watched.get(messageId);
      if (!found) return;
      found.deliveries[destination] = {
        state,
        ...(reason && { reason }),
        ...(answer && { answer }),
        ...(payloads && { payload: payloads.length === 1 ? payloads[0] : payloads }),
      };
    },
    events: () => [...watched.values()].reverse(),
  };
}
