import type { BrowserHappening, SegmentMessage, Settings } from './happening.ts';
import type { Choices, Reading } from './reading.ts';
import { hundredths, itemsOf, namesOf, people, text } from './values.ts';

/** What one message of a page says; a robot's says nothing. */
export function readMessage(
  reading: Reading,
  message: SegmentMessage,
  { headers }: BrowserHappening,
  settings: Settings,
  choices: Choices,
): void {
  if (/bot|crawler|spider/i.test(headers['user-agent'])) return;
  const { type, context, properties = {}, event } = message;
  const atMs = Date.parse(message.timestamp);
  const hasConsent = context.consent?.categoryPreferences.analytics !== false;
  const query = context.page && new URL(context.page.url).searchParams;
  const marketing =
    type === 'page' && hasConsent ? marketingOfLink(query, context.campaign, settings) : undefined;
  const saysCioId = type === 'page' && (marketing !== undefined || choices.isCioIdOnAnyPage);
  const who = people({
    a: message.anonymousId,
    u: message.userId,
    e: message.traits?.email ?? context.traits?.email,
    c: saysCioId ? query?.get('_cio_id') : undefined,
    t: properties.cart_token,
    k: properties.checkout_token ?? (choices.isCheckoutIdAToken ? properties.checkout_id : undefined),
  });
  if (hasConsent || choices.areIdsReadWithoutConsent) reading.together.push(who);
  if (marketing) {
    const touch = { id: message.messageId, isClick: false, people: who, atMs, marketing };
    reading.touches.push(touch);
    const country = headers['cf-ipcountry']?.toLowerCase();
    reading.landings.push({ ...touch, visitor: message.anonymousId, country });
  }
  if (event === 'Product Added')
    reading.actions.push({ id: message.messageId, kind: 'cart', people: who, atMs });
  if (event === 'Checkout Started') {
    const token = text(properties.checkout_token);
    reading.actions.push({ id: token ?? message.messageId, kind: 'checkout', people: who, atMs });
  }
  if (event === 'Order Completed')
    reading.reports.push({
      id: message.messageId,
      stage: 'placed',
      isWebhook: false,
      names: namesOf(properties, [properties.order_id, properties.order_number, properties.order_seq]),
      people: who,
      atMs,
      amountHundredths: hundredths(properties.total),
      discountHundredths: hundredths(properties.discount) ?? 0,
      currency: text(properties.currency),
      status: text(properties.financial_status),
      items: itemsOf(properties.products),
    });
}

/** The address decides; what the visit remembers counts only where there is none. */
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
  for (const { marketing_event_id, ...wanted } of rules) {
    const patterns = Object.entries(wanted);
    if (patterns.every(([name, pattern]) => name.startsWith('utm_') && matches(utm[name], String(pattern))))
      return marketing_event_id;
  }
  return undefined;
}

/** `*` stands for any text, whatever the case. */
function matches(value: string | undefined, pattern: string): boolean {
  if (value === undefined) return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(value);
}
