import type { Consent } from '../../shared/consent.ts';
import type { Message, Properties } from './api.ts';
import { keepClick, keepVisit, readAddress } from './attribution.ts';
import { enqueue } from './batch.ts';
import type { Thing } from './capture/translate.ts';
import { isAllowed, resolved } from './consent.ts';
import { keepId, setUser } from './identity.ts';
import { isNew } from './once.ts';
import { facts, guard } from './page.ts';
import { API } from './rules.ts';
import { flush } from './send.ts';
import { recall } from './storage.ts';
import { tell } from './tell.ts';
import { copy, toText } from './text.ts';
import { uuid } from './uuid.ts';
import { VERSION } from './version.ts';

const MAX_HELD = 50;
/** What is not yet written, in the order it happened. */
export const held: (() => void)[] = [];

/** Lets go what was held for the visitor's choice; refused, it is gone. */
export const release = () => {
  for (const commit of held.splice(0)) commit();
};

/**
 * Assembles one message. What happened is noted at once; who did it, where they came from and what they allow is
 * added when it may be written, so that nothing about a visitor is kept before their choice.
 *
 * @returns lets the message go, now or a moment later.
 */
export const note = (fields: Omit<Message, 'messageId'>, source = API, user?: string | number) => {
  const page = facts();
  const message = { ...fields, messageId: uuid(), timestamp: new Date() };
  readAddress();
  const commit = guard(() => {
    const consent = resolved() as Consent;
    const { event = '', properties = {}, traits } = fields;
    // A checkout and its order may have one number.
    const once = {
      'Order Completed': properties.order_id,
      'Checkout Started': properties.checkout_id && `_sb${properties.checkout_id}`,
    }[event];
    if (!isAllowed(consent)) return;
    if (once && !isNew(once)) return tell('repeat', source, event, properties);
    if (user) setUser(`${user}`);
    const { sessionId, campaign, isFirst } = keepVisit();
    const { userId } = recall();
    // Customer.io joins what came before to a person for a while only: told again with each visit, nothing stays out.
    if (isFirst && userId && !traits) identify(userId);
    const whole = {
      ...message,
      anonymousId: keepId(),
      userId,
      sessionId,
      context: {
        page,
        locale: navigator.language,
        campaign,
        library: { name: 'storebeacon', version: VERSION },
        tiktok: consent.advertising ? keepClick() : undefined,
        consent: { categoryPreferences: consent },
      },
    };
    enqueue(toText(whole) as string);
    tell('message', source, message, consent);
    if (once || traits) flush();
  });
  return () => {
    if ((window as Thing).Shopline?.designMode) return;
    held.push(commit);
    if (resolved()) release();
    else {
      tell('held', source, message);
      held.splice(0, held.length - MAX_HELD);
    }
  };
};

export const page = (properties?: Properties) => note({ type: 'page', properties: copy(properties) })();

export const identify = (user: string | number, traits?: Properties) =>
  note({ type: 'identify', traits: copy(traits) }, API, user)();
