import type { Consent, Purpose } from '../../shared/consent.ts';
import { isObject } from '../../shared/is-object.ts';
import { eventIdOf } from '../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

/** What a browser showed together with a cart's or checkout's token, or with the order itself. */
export interface Evidence {
  consent: Consent;
  /** The purposes that the browser's message did not decide. */
  assumed?: Purpose[];
  /** Of a browser that denied every purpose: the subject of its consent record, in place of its id. */
  subject?: string;
  anonymousId?: string;
  context: Pick<ProtectedEvent['context'], 'ip' | 'userAgent' | 'tiktok' | 'page' | 'campaign'>;
  /** The id that page's mirrored TikTok pixel gave the event. */
  eventId?: string;
}

const PAGE = ['url', 'path', 'referrer', 'search', 'title'] as const;
/** In characters. Longer than what browsers, ad platforms and shops write. */
const MAX = { userAgent: 1024, address: 2048, campaignName: 64, campaignValue: 512, ttclid: 1024, ttp: 256 };
const MOST_CAMPAIGN_FIELDS = 12;

/**
 * What a browser's event shows of whoever sent it: the fields an order may take from it, and of these only text of a
 * usual length. Anybody can send another type or 31 KB in any of them, and a destination would refuse the order for it.
 */
export function toEvidence(event: ProtectedEvent): Evidence {
  const { consent, assumed, identity, properties, messageId, event: name = '' } = event;
  const { ip, userAgent, page, campaign, tiktok: { event_id, ...tiktok } = {} } = event.context;
  const isShared = () => event_id === messageId || event_id === eventIdOf(name, properties, messageId);
  const shown = {
    ip,
    userAgent: text(userAgent, MAX.userAgent),
    tiktok: filled({ ...tiktok, ttclid: text(tiktok.ttclid, MAX.ttclid), ttp: text(tiktok.ttp, MAX.ttp) }),
    page: filled(Object.fromEntries(PAGE.map((field) => [field, text(fieldsOf(page)[field], MAX.address)]))),
    campaign: filled(Object.fromEntries(campaignOf(fieldsOf(campaign)))),
  };
  return {
    consent,
    ...(assumed && { assumed }),
    ...(identity.anonymousId !== undefined && { anonymousId: identity.anonymousId }),
    context: filled(shown) ?? {},
    ...(event_id !== undefined && isShared() && { eventId: event_id }),
  };
}

const campaignOf = (campaign: Record<string, unknown>): [string, string | undefined][] =>
  Object.entries(campaign)
    .filter(([name]) => name.length <= MAX.campaignName)
    .slice(0, MOST_CAMPAIGN_FIELDS)
    .map(([name, value]) => [name, text(value, MAX.campaignValue)]);

const fieldsOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

const text = (value: unknown, max: number): string | undefined =>
  typeof value === 'string' && value.length <= max ? value : undefined;

/** The object without its absent fields; undefined when none is left. */
function filled<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } | undefined {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return known.length > 0 ? (Object.fromEntries(known) as Fields) : undefined;
}
