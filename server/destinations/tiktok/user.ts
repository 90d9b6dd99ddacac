import { hash } from 'node:crypto';
import { TTCLID } from '../../../shared/click-ids.ts';
import { isPlaceholder } from '../../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { compact, languageTag, readText } from '../values.ts';
import { Ip, type Payload } from './payload.ts';

const MAX_TTCLID = 1024;

/** Everything that TikTok can match a person by. The event holds digests already; only the visitor's id is hashed here. */
export function user({ identity, context }: ProtectedEvent): Payload['user'] {
  const id = readText(identity.userId) ?? readText(identity.anonymousId);
  const ip = readText(context.ip);
  return compact({
    email: identity.emailSha256,
    phone: identity.phoneSha256,
    external_id: id && externalId(id),
    first_name: identity.firstNameSha256,
    last_name: identity.lastNameSha256,
    zip_code: identity.zipSha256,
    city: identity.city,
    state: identity.state,
    country: identity.country,
    ttclid: clickIdOf(context.page?.url) ?? notLonger(context.tiktok?.ttclid, MAX_TTCLID),
    ttp: notLonger(context.tiktok?.ttp, 256),
    ip: Ip.safeParse(ip).success ? ip : undefined,
    user_agent: readText(context.userAgent),
    locale: languageTag(context.locale),
  });
}

/** Hashed as it is, case included. An id that is a digest already is not hashed again. */
function externalId(id: string): string {
  if (/^[0-9a-f]{64}$/i.test(id)) return id.toLowerCase();
  return hash('sha256', id);
}

/** The click id in the page's URL is newer than a stored one. */
const clickIdOf = (pageUrl: string | undefined) =>
  notLonger(URL.parse(pageUrl ?? '')?.searchParams.get(TTCLID), MAX_TTCLID);

/** A truncated id matches nothing, and TikTok refuses an event with a longer one: such an id is left out, as is a macro. */
function notLonger(value: unknown, max: number): string | undefined {
  const id = readText(value);
  return id !== undefined && id.length <= max && !isPlaceholder(id) ? id : undefined;
}
