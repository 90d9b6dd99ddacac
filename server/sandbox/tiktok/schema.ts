import { isIP } from 'node:net';
import { z } from 'zod';

/** Codes of particular fields; every other field is refused with 40002. */
const NO_PERMISSION = 40001;
const BATCH_TOO_LARGE = 40061;
const PII_NOT_HASHED = 40062;
const UNKNOWN_PARTNER = 40063;

const MAX_EVENTS = 1000;

const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const CURRENCIES = new Set(
  `AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL HUF IDR ILS INR ISK JPY
  KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RUB SAR SEK SGD THB TRY TWD UAH
  USD VES VND ZAR`.split(/\s+/),
);
/** The documents name no limits; the strictest known sender assumes 28 days, and five minutes ahead. */
const MAX_AGE_SECONDS = 28 * 24 * 60 * 60;
const MAX_AHEAD_SECONDS = 5 * 60;

const Text = z.string().min(1);
const Digest = z
  .string()
  .refine((value) => /^[0-9a-f]{64}$/.test(value), {
    error: 'not a SHA-256 digest in lower-case hex',
    params: { code: PII_NOT_HASHED },
  })
  .refine((value) => value !== SHA256_OF_NOTHING, {
    error: 'the SHA-256 digest of an empty string',
    params: { code: PII_NOT_HASHED },
  });
/** One value or several. */
const Digests = z.preprocess((value) => [value].flat(), z.array(Digest).min(1, 'an empty list'));
/** City and state are sent in clear, normalised: no capitals, spaces or punctuation. */
const Place = z
  .string()
  .regex(/^[\p{Ll}\p{Lo}\p{M}\p{N}]+$/u, 'not normalised (lower case, no spaces or punctuation)')
  .regex(/^(?![0-9a-f]{64}$)/, 'must not be hashed');
const Locale = z.string().refine(
  (tag) => {
    try {
      return Intl.getCanonicalLocales(tag).length === 1;
    } catch {
      return false;
    }
  },
  { error: 'not a BCP 47 language tag' },
);
const WebUrl = z.string().regex(/^https?:\/\/[^\s]+$/, 'not a full http(s) URL');
const ContentType = z.enum(['product', 'product_group']);

const User = z.strictObject({
  email: Digests.optional(),
  phone: Digests.optional(),
  external_id: Digests.optional(),
  first_name: Digest.optional(),
  last_name: Digest.optional(),
  zip_code: Digest.optional(),
  city: Place.optional(),
  state: Place.optional(),
  country: z
    .string()
    .regex(/^[a-z]{2}$/, 'not a two-letter code in lower case')
    .optional(),
  ttclid: Text.optional(),
  ttp: Text.optional(),
  ip: z
    .string()
    .refine((ip) => isIP(ip) > 0, { error: 'not an IP address' })
    .optional(),
  user_agent: Text.optional(),
  locale: Locale.optional(),
});

const Content = z.looseObject({
  content_id: Text,
  content_type: ContentType.optional(),
  content_name: z.string().optional(),
  content_category: z.string().optional(),
  brand: z.string().optional(),
  price: z.number().nonnegative().optional(),
  quantity: z.int().positive().optional(),
});

/** Further keys are the shop's own custom parameters. */
const Properties = z
  .looseObject({
    contents: z.array(Content).optional(),
    content_type: ContentType.optional(),
    content_ids: z.array(Text).optional(),
    value: z.number().nonnegative().optional(),
    currency: z
      .string()
      .refine((code) => CURRENCIES.has(code), { error: 'not a supported ISO 4217 code' })
      .optional(),
    num_items: z.int().nonnegative().optional(),
    search_string: z.string().optional(),
    query: z.string().optional(),
    description: z.string().optional(),
    order_id: Text.optional(),
    shop_id: Text.optional(),
    status: z.string().optional(),
    predicted_ltv: z.number().optional(),
    delivery_category: z.enum(['in_store', 'curbside', 'home_delivery']).optional(),
  })
  .refine(({ value, currency }) => value === undefined || currency !== undefined, {
    error: 'required with value',
    path: ['currency'],
  });

/** One web event. Unknown keys are refused outside `properties`, so that a misspelt field is noticed. */
export function eventSchema(nowSeconds: number) {
  return z.strictObject({
    event: Text,
    event_time: z
      .int('not an integer of seconds')
      .max(99_999_999_999, 'must be seconds, not milliseconds')
      .max(nowSeconds + MAX_AHEAD_SECONDS, 'in the future')
      .min(nowSeconds - MAX_AGE_SECONDS, 'older than 28 days'),
    event_id: Text,
    user: User.optional(),
    page: z.strictObject({ url: WebUrl, referrer: z.url().optional() }).optional(),
    properties: Properties.optional(),
    limited_data_use: z.boolean().optional(),
    device: z.looseObject({}).optional(),
  });
}

/** The request; its events are checked one by one. */
export function requestSchema(pixelCode: string) {
  return z.strictObject({
    event_source: z.literal('web'),
    event_source_id: z
      .string()
      .regex(/^[A-Z0-9]{20}$/, 'not a pixel code')
      .refine((code) => code === pixelCode, { error: 'no permission', params: { code: NO_PERMISSION } }),
    // Only for registered partners; a shop's own collector is not one.
    partner_name: z
      .unknown()
      .refine(() => false, { error: 'not a registered partner', params: { code: UNKNOWN_PARTNER } })
      .optional(),
    test_event_code: Text.optional(),
    data: z
      .array(z.unknown())
      .min(1)
      .refine((events) => events.length <= MAX_EVENTS, {
        error: `more than ${MAX_EVENTS} events`,
        params: { code: BATCH_TOO_LARGE },
      }),
  });
}
