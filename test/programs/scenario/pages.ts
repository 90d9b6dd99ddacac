import type { BrowserEvent, Payload, SegmentMessage } from './event.ts';
import type { Visitor } from './fixtures.ts';

export const SHOP = 'https://shop.example';

/** Messages of the shop's pages for one visitor. */
export interface Page {
  /**
   * @param query of the URL; null: the message has no URL.
   * @param campaign `context.campaign`, stored at the start of the visit.
   */
  landed(atMs: number, query: string | null, campaign?: Record<string, string>): SegmentMessage;
  tracked(atMs: number, event: string, properties: Payload): SegmentMessage;
  signedIn(atMs: number): SegmentMessage;
}

/** @param isSignedIn whether this visit's messages carry the user id. */
export function pageOf({ device, person }: Visitor, isSignedIn: boolean, uuid: () => string): Page {
  const common = (atMs: number, query: string | null = '') => ({
    messageId: uuid(),
    anonymousId: device.anonymousId,
    timestamp: new Date(atMs).toISOString(),
    ...(isSignedIn && person?.userId && { userId: person.userId }),
    context: {
      ...(query !== null && { page: { url: `${SHOP}/products/${query && '?'}${query}` } }),
      ...(device.consent && { consent: { categoryPreferences: device.consent } }),
    },
  });
  return {
    landed(atMs, query, campaign) {
      const message: SegmentMessage = { ...common(atMs, query), type: 'page' };
      if (campaign) message.context.campaign = campaign;
      return message;
    },
    tracked: (atMs, event, properties) => ({ ...common(atMs), type: 'track', event, properties }),
    signedIn(atMs) {
      if (!person?.userId) throw new Error('nobody is signed in on this page');
      return { ...common(atMs), type: 'identify', userId: person.userId, traits: { email: person.email } };
    },
  };
}

export function sentBy({ device }: Visitor, batch: SegmentMessage[]): BrowserEvent {
  return {
    kind: 'browser',
    batch,
    headers: {
      'user-agent': device.userAgent,
      ...(device.country && { 'cf-ipcountry': device.country }),
    },
  };
}
