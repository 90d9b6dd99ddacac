import { type ConsentState, NOTHING_SAID, stateOf } from '../../../shared/consent.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { toEvidence } from '../../orders/evidence.ts';
import { linksPersons } from '../../orders/links-persons.ts';
import { contactsOf } from '../../privacy/person.ts';
import type { Entry } from '../store.ts';
import type { AcceptRow, Details, Whose } from './accept-row.ts';
import { subjectsOf } from './event-subjects.ts';
import { toStored } from './stored-event.ts';

/** An entry as it crosses to the thread. */
export function toAcceptRow(entry: Entry): AcceptRow {
  const { event, encryptedPii = null } = entry;
  const { shop, source, messageId } = event;
  const receivedAtMs = Date.parse(event.receivedAt);
  return [
    shop,
    source,
    messageId,
    receivedAtMs,
    toStored(event),
    encryptedPii,
    toDetails(entry),
    toWhose(entry, receivedAtMs),
  ];
}

function toWhose({ event, witness, ownMs }: Entry, receivedAtMs: number): Whose {
  const { source, consent, assumed, timestamp } = event;
  const isChoice = source === 'browser' || source === 'server';
  const choice: ConsentState = isChoice ? stateOf(consent, assumed) : NOTHING_SAID;
  const [visitor, person] = subjectsOf(event);
  const saidAtMs = choice === NOTHING_SAID ? 0 : Math.min(Date.parse(timestamp), receivedAtMs);
  return [
    visitor,
    person === '' ? null : person,
    choice,
    saidAtMs,
    choice === NOTHING_SAID ? null : (witness ?? null),
    choice === NOTHING_SAID ? null : (ownMs ?? null),
  ];
}

/** Null for most events, which report no order and show no token. */
function toDetails(entry: Entry): Details | null {
  const { event, audience, claim, tokens = [], witness, webhook, redaction } = entry;
  const { orderKey, source, identity } = event;
  const { anonymousId, userId = '' } = identity;
  const person = source === 'browser' ? undefined : personIn(event);
  const claimed = source === 'browser' ? claimedIn(event) : undefined;
  const isPlain = !claim && !audience && !person && !claimed && !webhook;
  if (isPlain && tokens.length === 0 && orderKey === undefined) return null;
  return {
    ...(claim && { claim }),
    ...(audience && { audience }),
    ...(orderKey !== undefined && { key: orderKey }),
    ...(source === 'browser' && { visitor: anonymousId ?? '' }),
    ...(tokens.length > 0 && { shown: { tokens, userId, evidence: JSON.stringify(toEvidence(event)) } }),
    ...(claim && witness !== undefined && { witness }),
    ...(person && { person }),
    ...(webhook && { webhook }),
    ...(redaction && { redaction }),
    ...(claimed && { claimed }),
  };
}

function claimedIn({ type, identity }: ProtectedEvent): Details['claimed'] {
  const { userId, previousId, emailSha256, phoneSha256 } = identity;
  const isAlias = type === 'alias';
  if (userId === undefined || !(isAlias || type === 'identify')) return undefined;
  const keys = digestKeys([emailSha256, phoneSha256]);
  return { userId, ...(previousId !== undefined && { previousId }), keys, isAlias };
}

/** Of the digests of an email and a phone, as links of persons name them. */
const digestKeys = ([email, phone]: readonly (string | undefined)[]): string[] => [
  ...(email === undefined ? [] : [`e:${email}`]),
  ...(phone === undefined ? [] : [`p:${phone}`]),
];

/** What belongs to a user id, where the event's voice links persons. */
function personIn(event: ProtectedEvent): Details['person'] {
  const { userId, previousId } = event.identity;
  if (userId === undefined || !linksPersons(event)) return undefined;
  const { emailSha256, phoneSha256 } = contactsOf(event);
  const keys = [
    ...digestKeys([emailSha256, phoneSha256]),
    ...(previousId !== undefined && previousId !== userId ? [`u:${previousId}`] : []),
  ];
  return keys.length > 0 ? { userId, keys } : undefined;
}
