import { PURPOSES } from '../../../shared/consent.ts';
import type { ProtectedEvent, Source } from '../../../shared/protected-event.ts';

/** An event's source as earlier versions stored it: `webhook` for the shop system, none for a browser. */
type StoredSource = Source | 'webhook' | undefined;

export const toSource = (stored: StoredSource): Source =>
  stored === 'webhook' ? 'platform' : (stored ?? 'browser');

/** An event's text with further fields, without reading it: a field named twice counts as it is named last. */
export function withFields(body: string, fields: object): string {
  const text = JSON.stringify(fields);
  return text === '{}' ? body : `${body.slice(0, -1)},${text.slice(1)}`;
}

/** An event as it is stored, also by an earlier version. @throws {SyntaxError} when it is damaged. */
export function readStored(body: string): ProtectedEvent {
  const event: ProtectedEvent & { source: StoredSource; isAssumed?: true } = JSON.parse(body);
  const source = toSource(event.source);
  if (source === event.source && !event.isAssumed) return event;
  const { isAssumed, ...stored } = event;
  return { ...stored, source, ...(isAssumed && { assumed: [...PURPOSES] }) };
}

/** The same; undefined when it is damaged. */
export function tryRead(body: string): ProtectedEvent | undefined {
  try {
    return readStored(body);
  } catch {
    return undefined;
  }
}
