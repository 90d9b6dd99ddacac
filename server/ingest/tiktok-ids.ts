import type { Consent } from '../../shared/consent.ts';
import { isObject } from '../../shared/is-object.ts';
import type { Context, Message } from '../../shared/message.ts';
import { COOKIES } from '../../shared/names.ts';
import { eventIdOf } from '../../shared/order-ids.ts';
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
    const fromUrl = asText(urlParameter(message.context?.page?.url, 'ttclid'));
    const fromCookie = { ttclid: cookie(COOKIES.ttclid), ttclid_at: isoOf(cookie(COOKIES.ttclidAt)) };
    const ttclid = fromUrl || sent?.ttclid || asText(properties?.ttclid) || fromCookie.ttclid;
    const ttp = sent?.ttp || asText(properties?.ttp) || cookie('_ttp');
    const captured = [sent, fromCookie].find((known) => known?.ttclid === ttclid && known?.ttclid_at);
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
const asText = (value: unknown) => (typeof value === 'string' && value.length <= 1024 ? value : undefined);
const urlParameter = (url: string | undefined, name: string) =>
  url?.includes(name) ? (URL.parse(url)?.searchParams.get(name) ?? undefined) : undefined;
