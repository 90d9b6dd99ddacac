import type { ProtectedEvent, Source } from '../../../shared/protected-event.ts';

/** An event's source as earlier versions stored it: `webhook` for the shop system, none for a browser. */
type StoredSource = Source | 'webhook' | undefined;

export const toSource = (stored: StoredSource): Source =>
  stored === 'webhook' ? 'platform' : (stored ?? 'browser');

/** An event as it is stored, also by an earlier version. @throws {SyntaxError} when it is damaged. */
export function readStored(body: string): ProtectedEvent {
  const event: ProtectedEvent & { source: StoredSource } = JSON.parse(body);
  const source = toSource(event.source);
  return source === event.source ? event : { ...event, source };
}
