import { TTCLID, TTP } from '../../shared/click-ids.ts';
import type { Consent } from '../../shared/consent.ts';
import { isObject } from '../../shared/is-object.ts';
import type { Context, Message } from '../../shared/message.ts';
import { COOKIES } from '../../shared/names.ts';
import { eventIdOf, isPlaceholder } from '../../shared/order-ids.ts';
import { epochMs } from './event-time.ts';
import type { Sender } from './sender.ts';

/**
 * `context.tiktok` of the stored event. The click id comes from the page's URL, else the message, else the cookie:
 * newest first. `event_id` is what the page's mirrored pixel used. Without advertising consent only `limited_data_use` is kept. Undefined when there is nothing.
 */
export function tiktokIds(message: Message, sender: Sender, consent: Consent): Context['tiktok'] {
  const { isBrowser, cookies } = sender;
  const sent = message.context?.tiktok;
  const ids: Context['tiktok'] = {};
  const properties = isObject(message.properties) ? message.properties : undefined;
  const limited = [sent?.limited_data_use, properties?.limited_data_use].filter(isBoolean);
  // Where the two disagree, the visitor's objection counts.
  if (limited.length > 0) ids.limited_data_use = limited.includes(true);
  if (consent.advertising) {
    const eventId = eventIdOfPixel(message, properties);
    if (eventId) ids.event_id = eventId;
    const cookie = (name: string) => (isBrowser ? cookies[name] : undefined);
    const fromUrl = urlParameter(message.context?.page?.url, TTCLID);
    const fromCookie = { ttclid: cookie(TTCLID), ttclid_at: isoOf(cookie(COOKIES.ttclidAt)) };
    const ttclid = firstId(fromUrl, sent?.ttclid, properties?.ttclid, fromCookie.ttclid);
    const ttp = firstId(sent?.ttp, properties?.ttp, properties?.[TTP], cookie(TTP));
    const captured = [sent, fromCookie].find((known) => known?.ttclid?.trim() === ttclid && known?.ttclid_at);
    if (ttclid) ids.ttclid = ttclid;
    if (ttclid && captured?.ttclid_at) ids.ttclid_at = new Date(epochMs(captured.ttclid_at)).toISOString();
    if (ttp) ids.ttp = ttp;
  }
  return Object.keys(ids).length > 0 ? ids : undefined;
}

/**
 * The snippet only says that a pixel is mirrored (`pixel`): its file for TikTok is loaded later and uses the same function
 * for the id.
 */
function eventIdOfPixel(message: Message, properties: Readonly<Record<string, unknown>> = {}) {
  const { event_id, pixel } = message.context?.tiktok ?? {};
  if (event_id || pixel !== 'mirror' || message.type !== 'track') return event_id;
  return eventIdOf(message.event, properties, message.messageId ?? '') || undefined;
}

const isBoolean = (value: unknown) => typeof value === 'boolean';
/** The snippet's cookie holds epoch milliseconds. */
const isoOf = (cookie = '') => (/^\d{13}$/.test(cookie) ? new Date(Number(cookie)).toISOString() : undefined);

/** The first that is an id: the ad platform writes `__CLICKID__` into links that nobody clicked. */
const firstId = (...values: readonly unknown[]): string | undefined =>
  values.map(idOf).find((id) => id !== undefined);
const idOf = (value: unknown) => {
  const id = typeof value === 'string' && value.length <= 1024 ? value.trim() : '';
  return isPlaceholder(id) ? undefined : id;
};

const urlParameter = (url: string | undefined, name: string) =>
  url?.includes(name) ? (URL.parse(url)?.searchParams.get(name) ?? undefined) : undefined;
