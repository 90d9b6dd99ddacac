import type { Consent } from '../../../shared/consent.ts';
import type { Properties } from '../api.ts';
import { blobUuid } from '../uuid.ts';
import { VERSION } from '../version.ts';
import { unchosen } from './consent.ts';
import { type Message, pack } from './queue.ts';
import type { Thing } from './sandbox.ts';

export const list = (value: Thing): Thing[] => [].concat(value || []).filter((item) => item);

const MAX_ID_LENGTH = 100;

/** One message that a platform event yields. One with traits is only sent with consent to marketing. */
export type Reading = [
  type: 'track' | 'page' | 'identify',
  event?: string | undefined,
  properties?: Properties | undefined,
  traits?: Omit<Person, 'userId'>,
];

/** Who acted, according to an event. */
export interface Person {
  userId?: unknown;
  email?: unknown;
  phone?: unknown;
  address?: unknown;
}

/** Visitor and consent of a message. */
export interface Who {
  person: Person;
  anonymousId: string;
  tiktok: unknown;
  consent: Consent;
}

/** From ISO 8601 or milliseconds; now when the event has no readable time. */
const timeOf = (timestamp: Thing) => {
  const time = new Date(+timestamp || timestamp);
  return +time ? time : new Date();
};

/** The platform's event id, so that a repeated event is counted once. Further messages of one event get a suffix. */
const idOf = (event: Thing, nth: number) => {
  const id = event.id + (nth ? `.${nth}` : '');
  return event.id && !id[MAX_ID_LENGTH] ? id : blobUuid();
};

/** The messages of one platform event. Traits only with consent to marketing. */
export const toMessages = (
  readings: Reading[],
  event: Thing,
  { person: { userId, ...contact }, anonymousId, tiktok, consent }: Who,
): Message[] => {
  const traits = consent.marketing && (contact.email || contact.phone) ? contact : undefined;
  const { document: page, navigator: agent } = event.context || {};
  return readings.flatMap(([type, name, properties, own], nth) => {
    if (own && !consent.marketing) return [];
    const draft = {
      type,
      event: name,
      properties,
      traits: own,
      messageId: idOf(event, nth),
      timestamp: timeOf(event.timestamp) as unknown as string,
      anonymousId,
      userId,
      context: {
        page: { url: page?.location?.href, referrer: page?.referrer, title: page?.title },
        userAgent: agent?.userAgent,
        locale: agent?.language,
        library: { name: 'storebeacon', version: VERSION },
        tiktok,
        traits,
        consent: { categoryPreferences: consent, ...unchosen },
      },
    };
    return pack(draft);
  });
};
