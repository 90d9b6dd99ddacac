import type { Consent, ConsentState, Purpose } from './consent.ts';
import type { Context } from './message.ts';
import type { MessageType } from './names.ts';
import type { Note } from './read-fields.ts';

/** JSON as it is stored: no NaN, no Infinity, no `__proto__`. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * The person of an event: digests, and ids that are not personal by themselves. `…Sha256` is 64 lower-case hex characters
 * of the normalised value. A `userId` that was an email is absent and became `emailSha256`.
 */
export interface Identity {
  anonymousId?: string;
  userId?: string;
  previousId?: string;
  groupId?: string;
  emailSha256?: string;
  phoneSha256?: string;
  /** The same email as Google normalises it, without dots before `@gmail.com`. Absent: nothing changes, or it was sent as a digest. */
  emailDotlessSha256?: string;
  /** The same phone without its plus, as Meta normalises it. Absent: it was sent as a digest. */
  phoneDigitsSha256?: string;
  firstNameSha256?: string;
  lastNameSha256?: string;
  zipSha256?: string;
  /** Lower-case without spaces or punctuation; `country` is ISO 3166-1 alpha-2. */
  city?: string;
  state?: string;
  country?: string;
}

/** Digests of an email and a phone. */
export type Contacts = Pick<Identity, 'emailSha256' | 'phoneSha256'>;

/**
 * Who sent an event: `browser` anybody with the public write key; `server` the shop's backend, by a server key;
 * `platform` the shop system, by a signature or read from its Admin API; `operator` by the admin token.
 */
export type Source = 'browser' | 'server' | 'platform' | 'operator';

/**
 * An accepted event as it is stored: validated, clock-corrected, without raw personal data. Personal fields in `traits`,
 * `properties` and `context` are stored as `<name>_sha256`; emails in other text are replaced by `[email]`.
 */
export interface ProtectedEvent {
  shop: string;
  messageId: string;
  /** Whose voice it is, and so how far it is believed. */
  source: Source;
  /** Second dedup key, 400 days: `order:<id>`, `order:<id>:paid`, `refund:<id>`, `checkout:<token>`. */
  orderKey?: string;
  /** The order's canonical id: the same in every stage and at every destination. Set by the store. */
  orderId?: string;
  /** A browser's report that joined an order whose existence a trusted voice reported. Set by the store, for statistics. */
  isEvidence?: true;
  /** A browser says something else of a person than the shop's backend or system did. Set by the store. */
  isContested?: true;
  /** A browser sent a message of its own under the backend's messageId. Set by the store. */
  isIdTaken?: true;
  /** The message whose encrypted personal data this one carries, where it is not its own. Set by the store. */
  piiOf?: string;
  /** The id under which ad platforms recognise a repeat of an order or a checkout. Set by the store. */
  eventId?: string;
  type: MessageType;
  /** The name of a track event, exactly as sent. */
  event?: string;
  /** Name and category of a page or screen. */
  name?: string;
  category?: string;
  /** ISO 8601 UTC: when it happened (skew corrected), when it reached the collector. */
  timestamp: string;
  receivedAt: string;
  identity: Identity;
  /**
   * The contacts of the account whose user id a shop system states. Those in `identity` may have been typed at a checkout.
   * Absent: it states none.
   */
  account?: Contacts;
  /** Resolved: every purpose has an answer. */
  consent: Consent;
  /** The purposes that the message did not decide: of them `consent` holds an assumption. Absent: it decided all. */
  assumed?: Purpose[];
  /** The purposes that the consent record denies, where `consent` as stored grants them. Set when it is leased. */
  withdrawn?: Purpose[];
  /** The visitors who belong to an order or checkout, and the backend that reported it. Set by the store. */
  joined?: Joined[];
  /** Known fields of the message that were not exact, at most 20, as the answer named them. No destination is sent them. */
  warnings?: FieldWarning[];
  /** Destination names in lower case; `all` is the default for those not named. */
  integrations?: Record<string, boolean>;
  context: Context;
  properties: JsonObject;
  traits: JsonObject;
}

/** A field that was read as what it plainly meant, or left out. The path has names of known fields and positions alone. */
export type FieldWarning = Pick<Note, 'path' | 'code'>;

/**
 * One who belongs to an order: under which subject there may be a record, and what was chosen where there is none. `''` in
 * place of a choice: of the record nothing but a no counts.
 */
export type Joined = [subject: string, choice: ConsentState];

/**
 * The raw values that `protect` took out, for destinations that need them. They are encrypted at rest, and in clear only in
 * memory while the destination's worker sends them.
 */
export interface RawPii {
  userId?: string;
  previousId?: string;
  email?: string;
  /** E.164 with plus. */
  phone?: string;
  firstName?: string;
  lastName?: string;
  /** The personal fields of `traits` as sent (email, phone, names, address), with emails trimmed and lower-cased. */
  traits?: JsonObject;
}
