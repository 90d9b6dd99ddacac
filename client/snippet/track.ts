import type { Consent } from '../../shared/consent.ts';
import type { Message, Moment, Page, Properties, Visitor } from './api.ts';
import { readAddress, saveClick, touchSession } from './attribution.ts';
import { enqueue } from './batch.ts';
import { isAllowed, resolved, stated } from './consent.ts';
import { saveId, setUser } from './identity.ts';
import { emit } from './notices.ts';
import { isNew } from './once.ts';
import { guard, now } from './page.ts';
import { API } from './rules.ts';
import { flush } from './send.ts';
import { recall } from './storage.ts';
import { copy, toText } from './text.ts';
import { uuid } from './uuid.ts';
import { VERSION } from './version.ts';

const MAX_HELD = 50;
/** Messages that wait for the visitor's choice, in the order they were sent. */
export const held: (() => void)[] = [];

/** Queues the held messages, or drops them where the choice denies every purpose. */
export const release = () => {
  for (const commit of held.splice(0)) commit();
};

/** Who visits this page, with the campaign and the click that led to it. Extends the session, or begins one. */
export const visitor = (page: Page, consent: Consent, traits?: Properties): Visitor => {
  const { sessionId, campaign, isFirst } = touchSession();
  const { userId } = recall();
  // Customer.io merges earlier anonymous events into a person for a limited time only: identify in each session.
  if (isFirst && userId && !traits) identify(userId);
  return {
    anonymousId: saveId(),
    userId,
    sessionId,
    context: {
      page,
      locale: navigator.language,
      campaign,
      library: { name: 'storebeacon', version: VERSION },
      tiktok: consent.advertising ? saveClick() : undefined,
    },
  };
};

/**
 * Prepares one message. Event, time and page are recorded at once; visitor, campaign and consent are added when it is
 * queued, so that nothing about a visitor is kept before their choice.
 *
 * @returns queues the message, at once or when the visitor has chosen.
 */
export const record = (
  fields: Omit<Message, 'messageId'>,
  user?: string | number,
  when: Omit<Moment, 'actions'> = now(),
  isChoice?: unknown,
  source = API,
) => {
  const message = { ...fields, messageId: when.messageId || uuid(), timestamp: when.timestamp };
  readAddress();
  const commit = guard(() => {
    const consent = resolved() as Consent;
    const { event, properties = {}, traits } = fields;
    // The prefix tells a checkout from an order with the same number.
    const once = {
      'Order Completed': properties.order_id,
      'Checkout Started': properties.checkout_id && `_sb${properties.checkout_id}`,
    }[event as string];
    if (!isAllowed(consent) && !isChoice) return;
    if (once && !isNew(once)) return emit('repeat', source, event as string, properties);
    if (user) setUser(`${user}`);
    const seen = when.visitor || visitor(when.page, consent, traits);
    seen.context.consent = stated(consent);
    // Denied after it was seen.
    if (!consent.advertising) delete seen.context.tiktok;
    enqueue(toText({ ...message, ...seen, traits: undefined }), traits && toText({ ...message, ...seen }));
    emit('message', source, message, consent);
    if (once || traits || isChoice) flush();
  });
  return () => {
    held.push(commit);
    if (resolved()) release();
    else {
      emit('held', source, message);
      held.splice(0, held.length - MAX_HELD);
    }
  };
};

export const page = (properties?: Properties) => record({ type: 'page', properties: copy(properties) })();

export const identify = (user: Properties | string | number, traits?: Properties): void =>
  user === Object(user)
    ? identify('', user as Properties)
    : record({ type: 'identify', traits: copy(traits) }, user as string)();
