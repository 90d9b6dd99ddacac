import type { Consent } from '../../shared/consent.ts';
import type { MirroredMessage, Properties, Storebeacon } from './api.ts';
import { keepClick, keepVisit, readAddress } from './attribution.ts';
import { enqueue } from './batch.ts';
import { isAllowed, resolved } from './consent.ts';
import { keepId, setUser } from './identity.ts';
import { isNewOrder } from './once.ts';
import { facts, guard } from './page.ts';
import { flush } from './send.ts';
import { recall } from './storage.ts';
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
 */
const note = (
  fields: Omit<MirroredMessage, 'messageId'> & { traits?: Properties | undefined },
  user?: string | number,
) => {
  const page = facts();
  const message = { ...fields, messageId: uuid(), timestamp: new Date() };
  readAddress();
  held.push(
    guard(() => {
      const consent = resolved() as Consent;
      const api = window.storebeacon as Storebeacon;
      const order = fields.event === 'Order Completed' && (fields.properties as Properties).order_id;
      if (!isAllowed(consent) || (order && !isNewOrder(order))) return;
      if (user) setUser(user);
      const { sessionId, campaign } = keepVisit();
      const text = JSON.stringify({
        ...message,
        anonymousId: keepId(),
        userId: recall().userId,
        sessionId,
        context: {
          page,
          locale: navigator.language,
          campaign,
          library: { name: 'storebeacon', version: VERSION },
          tiktok: consent.advertising ? keepClick() : undefined,
          consent: { categoryPreferences: consent },
        },
      });
      enqueue(text);
      if (consent.advertising) api.mirror?.push(message);
      if (order || fields.traits) flush();
    }),
  );
  if (resolved()) release();
  else held.splice(0, held.length - MAX_HELD);
};

export const page = (properties?: Properties) => note({ type: 'page', properties: { ...properties } });

export const track = (event: string, properties?: Properties) =>
  note({ type: 'track', event, properties: { ...properties } });

export const identify = (user: string | number, traits?: Properties) =>
  note({ type: 'identify', traits }, user);
