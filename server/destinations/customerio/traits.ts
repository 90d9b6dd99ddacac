import { isObject } from '../../../shared/is-object.ts';
import type { Json, JsonObject, ProtectedEvent, RawPii } from '../../../shared/protected-event.ts';

/** These two can be used to join data sets; digests of names and addresses cannot. */
const KEPT_DIGESTS: ReadonlySet<string> = new Set(['email_sha256', 'phone_sha256']);

/** The object without digests of names, zip codes and address lines, at every depth. */
export function withoutDigests(object: Readonly<Record<string, unknown>>): JsonObject {
  const kept = Object.entries(object).filter(([key]) => !key.endsWith('_sha256') || KEPT_DIGESTS.has(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, clean(value as Json)]));
}

function clean(value: Json): Json {
  if (Array.isArray(value)) return value.map(clean);
  return isObject(value) ? withoutDigests(value) : value;
}

/** What Customer.io reads as the person's choice of messages. A page's word of a person is nobody's consent. */
const PREFERENCES = /^(?:unsubscribed|cio_subscription_preferences)$/i;

/**
 * Traits of a person: those the shop sent, the two digests, and in raw mode the clear values. RudderStack's clients send
 * them in `context.traits` alone.
 */
export function traits(event: ProtectedEvent, raw: RawPii | undefined): JsonObject {
  const { emailSha256, phoneSha256 } = event.isContested ? {} : event.identity;
  const isKept = (name: string) =>
    !(event.source === 'browser' && PREFERENCES.test(name)) && !(event.isContested && KEPT_DIGESTS.has(name));
  const all = {
    ...merge(withoutDigests({ ...ofContext(event), ...event.traits }), raw?.traits ?? {}),
    ...(emailSha256 && { email_sha256: emailSha256 }),
    ...(phoneSha256 && { phone_sha256: phoneSha256 }),
    ...(raw && rawTraits(raw)),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => isKept(name)));
}

const ofContext = ({ context: { traits } }: ProtectedEvent) => (isObject(traits) ? traits : {});

/** Email and phone under the names that Customer.io sends messages by. Names only where the raw traits have none. */
function rawTraits({ email, phone, firstName, lastName, traits }: RawPii): JsonObject {
  return {
    ...(email && { email }),
    ...(phone && { phone }),
    ...(!traits && firstName && { firstName }),
    ...(!traits && lastName && { lastName }),
  };
}

/** Merges nested objects: an address keeps its plain city and gets its raw street. */
function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(base, key) ? base[key] : undefined;
    merged[key] = isObject(below) && isObject(value) ? merge(below, value as JsonObject) : value;
  }
  return merged;
}
