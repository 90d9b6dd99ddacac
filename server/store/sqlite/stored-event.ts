import { type Consent, PURPOSES } from '../../../shared/consent.ts';
import type { ProtectedEvent, Source } from '../../../shared/protected-event.ts';

/** An event's source as earlier versions stored it: `webhook` for the shop system, none for a browser. */
type StoredSource = Source | 'webhook' | undefined;

export const toSource = (stored: StoredSource): Source =>
  stored === 'webhook' ? 'platform' : (stored ?? 'browser');

/** Fields that are left out where they are as most events have them. */
type Short = 'type' | 'receivedAt' | 'context' | 'properties' | 'traits';
/** An event as it is stored, also by an earlier version, which left out nothing but a browser's source. */
interface StoredEvent
  extends Omit<ProtectedEvent, 'source' | 'consent' | Short>,
    Partial<Pick<ProtectedEvent, Short>> {
  source?: StoredSource;
  /** For each purpose, in their order, `g` granted or `d` denied; a capital where it is assumed. */
  consent: string | Consent;
  /** Of an earlier version: all of the consent is assumed. */
  isAssumed?: true;
}

/** The text of an event. What most events have in common is left out or short; `readStored` restores it. */
export function toStored(event: ProtectedEvent): string {
  const { source, type, timestamp, receivedAt, consent, assumed, context, properties, traits } = event;
  // What is undefined has no text. The identity stays, before everything that may hold another (`person-scan.ts`).
  return JSON.stringify({
    ...event,
    source: source === 'browser' ? undefined : source,
    type: type === 'track' ? undefined : type,
    receivedAt: receivedAt === timestamp ? undefined : receivedAt,
    consent: PURPOSES.map((purpose) => answerOf(consent[purpose], assumed?.includes(purpose))).join(''),
    assumed: undefined,
    context: filled(context),
    properties: filled(properties),
    traits: filled(traits),
  } satisfies { [Name in keyof StoredEvent]: StoredEvent[Name] | undefined });
}

const answerOf = (isGranted: boolean, isAssumed = false): string =>
  isAssumed ? (isGranted ? 'G' : 'D') : isGranted ? 'g' : 'd';

function filled<Fields extends object>(fields: Fields): Fields | undefined {
  for (const _ in fields) return fields;
  return undefined;
}

/** An event's text with further fields, without reading it: a field named twice counts as it is named last. */
export function withFields(body: string, fields: object): string {
  const text = JSON.stringify(fields);
  return text === '{}' ? body : `${body.slice(0, -1)},${text.slice(1)}`;
}

/** An event as it is stored, also by an earlier version. @throws {SyntaxError} when it is damaged. */
export function readStored(body: string): ProtectedEvent {
  const stored: StoredEvent = JSON.parse(body);
  const { source, type = 'track', timestamp, receivedAt = timestamp, consent } = stored;
  const { context = {}, properties = {}, traits = {} } = stored;
  // In place: nothing else refers to what was parsed, and a copy of every event would take longer than the rest.
  const event: ProtectedEvent & Pick<StoredEvent, 'isAssumed'> = Object.assign(stored, {
    ...{ source: toSource(source), type, receivedAt, context, properties, traits },
    consent: typeof consent === 'string' ? consentOf(consent) : consent,
  });
  if (event.isAssumed) {
    event.assumed = [...PURPOSES];
    delete event.isAssumed;
  } else if (typeof consent === 'string' && IS_ASSUMED.test(consent)) {
    event.assumed ??= PURPOSES.filter((_, index) => IS_ASSUMED.test(consent.charAt(index)));
  }
  return event;
}

const IS_ASSUMED = /[A-Z]/;
const consentOf = (text: string): Consent =>
  Object.fromEntries(
    PURPOSES.map((purpose, index) => [purpose, text.charAt(index).toLowerCase() === 'g']),
  ) as Consent;

/** The same; undefined when it is damaged. */
export function tryRead(body: string): ProtectedEvent | undefined {
  try {
    return readStored(body);
  } catch {
    return undefined;
  }
}
