import type { BrowserEvent, SegmentMessage, Settings } from './event.ts';
import type { Reading } from './reading.ts';
import { hundredths, itemsOf, namesOf, people, sumOf, text, tokensOf } from './values.ts';

/** Reads one message of a page; messages of robots are ignored. */
export function readMessage(
  reading: Reading,
  message: SegmentMessage,
  { headers }: BrowserEvent,
  settings: Settings,
): void {
  if (/bot|crawler|spider/i.test(headers['user-agent'])) return;
  const { type, context, properties = {}, event } = message;
  const atMs = Date.parse(message.timestamp);
  const hasConsent = context.consent?.categoryPreferences.analytics !== false;
  const query = context.page && new URL(context.page.url).searchParams;
  const marketing =
    type === 'page' && hasConsent ? marketingOfLink(query, context.campaign, settings) : undefined;
  const who = people({
    a: message.anonymousId,
    u: message.userId,
    e: message.traits?.email ?? context.traits?.email,
    c: query?.get('_cio_id'),
    t: properties.cart_token,
    k: properties.checkout_token ?? properties.checkout_id,
  });
  reading.together.push(who);
  if (marketing) {
    const touch = { id: message.messageId, isClick: false, people: who, atMs, marketing };
    reading.touches.push(touch);
    const country = headers['cf-ipcountry']?.toLowerCase();
    reading.landings.push({ ...touch, visitor: message.anonymousId, country });
  }
  if (event === 'Product Added')
    reading.actions.push({ id: message.messageId, kind: 'cart', people: who, atMs });
  if (event === 'Checkout Started') {
    const token = text(properties.checkout_token) ?? text(properties.checkout_id);
    reading.actions.push({ id: token ?? message.messageId, kind: 'checkout', people: who, atMs });
  }
  if (event === 'Order Completed')
    reading.reports.push({
      id: message.messageId,
      stage: 'placed',
      isWebhook: false,
      names: namesOf(properties, [properties.order_id, properties.order_number, properties.order_seq]),
      tokens: tokensOf(properties),
      people: who,
      atMs,
      amountHundredths: hundredths(properties.total ?? properties.value ?? sumOf(properties.products)),
      discountHundredths: hundredths(properties.discount) ?? 0,
      currency: text(properties.currency),
      status: text(properties.financial_status),
      items: itemsOf(properties.products),
    });
}

/** The URL decides; `context.campaign` is read only where the message has no URL. */
function marketingOfLink(
  query: URLSearchParams | undefined,
  campaign: Record<string, string> | undefined,
  { rules }: Settings,
): string | undefined {
  let utm: Record<string, string> = {};
  for (const [name, value] of query ?? []) if (name.startsWith('utm_')) utm[name] = value;
  if (!query && campaign)
    utm = Object.fromEntries(
      Object.entries(campaign).map(([name, value]) => [`utm_${name === 'name' ? 'campaign' : name}`, value]),
    );
  if (utm.utm_id?.startsWith('MA_')) return utm.utm_id;
  for (const { marketing_event_id, ...patternOf } of rules) {
    const patterns = Object.entries(patternOf);
    if (patterns.every(([name, pattern]) => name.startsWith('utm_') && matches(utm[name], String(pattern))))
      return marketing_event_id;
  }
  return undefined;
}

/** `*` matches any text; case is ignored. */
function matches(value: string | undefined, pattern: string): boolean {
  if (value === undefined) return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(value);
}
