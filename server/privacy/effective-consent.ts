import { type Consent, type ConsentState, PURPOSES, type Purpose } from '../../shared/consent.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { asAllowed } from './allowed.ts';

/** What the consent record says of those an event is about, at one moment. */
export interface Recorded {
  /** The strictest of the visitors who belong to it. */
  visitors: ConsentState;
  /** Of the person it names. */
  person: ConsentState;
}

/** True where the message itself chose. A shop system's word stands in for a visitor's choice where there is none. */
export const decides = (
  { source, assumed }: Pick<ProtectedEvent, 'source' | 'assumed'>,
  purpose: Purpose,
): boolean => source !== 'platform' && !assumed?.includes(purpose);

const isProven = ({ source, identity }: ProtectedEvent): boolean =>
  source === 'server' || (source === 'platform' && identity.userId !== undefined);

/**
 * The event under what is recorded now. A purpose that any record denies is denied. One that the message did not decide
 * is granted where a record grants it; but the word of a browser that claims to be a person gains nothing by that
 * person's, nor does an order with an email that anybody may have typed. An operator's event withdraws consent, and needs
 * none.
 */
export function withRecord(event: ProtectedEvent, { visitors, person }: Recorded): ProtectedEvent {
  if (event.source === 'operator') return event;
  // Most visitors chose in the event itself, and have denied nothing since.
  const isDecided = event.assumed === undefined && event.source !== 'platform';
  if (isDecided && !event.joined && !visitors.includes('d') && !person.includes('d')) return event;
  const effective = PURPOSES.map((purpose, index): [Purpose, boolean] => {
    if (visitors[index] === 'd' || person[index] === 'd') return [purpose, false];
    const isGranted = visitors[index] === 'g' || (person[index] === 'g' && isProven(event));
    return [purpose, event.consent[purpose] || (isGranted && !decides(event, purpose))];
  });
  const consent = Object.fromEntries(effective) as Consent;
  const withdrawn = PURPOSES.filter((purpose) => event.consent[purpose] && !consent[purpose]);
  const recorded = { ...event, consent, ...(withdrawn.length > 0 && { withdrawn }) };
  // What is composed of several reports was not reduced before.
  return event.joined || withdrawn.includes('advertising') ? asAllowed(recorded) : recorded;
}
