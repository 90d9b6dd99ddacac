import type { Consent } from '../../shared/consent.ts';
import { type Context, isObject, type Message } from '../../shared/message.ts';
import { COOKIES } from '../../shared/names.ts';
import { epochMs } from './event-time.ts';
import type { Sender } from './sender.ts';

/**
 * `context.tiktok` of the stored event. The click id comes from the page's URL, else the message, else the cookie:
 * newest first. Without advertising consent only `limited_data_use` is kept. Undefined when there is nothing.
 */
export function tiktokIds(message: Message, sender: Sender, consent: Consent): Context['tiktok'] {
  const { isBrowser, cookies } = sender;
  const sent = message.context?.tiktok;
  const ids: Context['tiktok'] = {};
  if (sent?.limited_data_use !== undefined) ids.limited_data_use = sent.limited_data_use;
  if (consent.advertising) {
    const properties = isObject(message.properties) ? message.properties : undefined;
    const cookie = (name: string) => (isBrowser ? cookies[name] : undefined);
    const fromUrl = urlParameter(message.context?.page?.url, 'ttclid');
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

/** The snippet's cookie holds epoch milliseconds. */
const isoOf = (cookie = '') => (/^\d{13}$/.test(cookie) ? new Date(Number(cookie)).toISOString() : undefined);
const asText = (value: unknown) => (typeof value === 'string' && value.length <= 1024 ? value : undefined);
const urlParameter = (url: string | undefined, name: string) =>
  url?.includes(name) ? (URL.parse(url)?.searchParams.get(name) ?? undefined) : undefined;
