import { z } from 'zod';
import { LANGUAGE_TAG } from '../values.ts';

const Text = z.string().min(1);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 as 64 lower-case hex characters');
const Amount = z.number().nonnegative();
const ContentType = z.enum(['product', 'product_group']);
const HttpUrl = z.string().regex(/^https?:\/\//);
/** TikTok takes places in clear, normalised to lower case without spaces. */
const Place = Text.refine((place) => place === place.toLowerCase() && !/\s/.test(place));
export const Ip = z.union([z.ipv4(), z.ipv6()]);

const User = z.strictObject({
  email: Sha256.optional(),
  phone: Sha256.optional(),
  external_id: Sha256.optional(),
  first_name: Sha256.optional(),
  last_name: Sha256.optional(),
  zip_code: Sha256.optional(),
  city: Place.optional(),
  state: Place.optional(),
  country: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
  ttclid: Text.max(1024).optional(),
  ttp: Text.max(256).optional(),
  ip: Ip.optional(),
  user_agent: Text.optional(),
  locale: z.string().regex(LANGUAGE_TAG).optional(),
});

const Content = z.strictObject({
  content_id: Text,
  content_type: ContentType,
  content_name: Text.optional(),
  content_category: Text.optional(),
  brand: Text.optional(),
  /** Of one unit. */
  price: Amount.optional(),
  /** Absent for 0.25, which is no whole number. */
  quantity: z.int().min(1).optional(),
});
export type Content = z.infer<typeof Content>;

/** TikTok refuses the whole event in any other. */
export const Currency = z.enum(
  (
    'AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL HUF IDR ILS INR ISK JPY ' +
    'KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RUB SAR SEK SGD THB TRY TWD UAH ' +
    'USD VES VND ZAR'
  ).split(' '),
);

const Properties = z.strictObject({
  contents: z.array(Content).min(1).optional(),
  content_type: ContentType.optional(),
  value: Amount.optional(),
  currency: Currency.optional(),
  num_items: z.int().min(1).optional(),
  order_id: Text.optional(),
  query: Text.optional(),
  search_string: Text.optional(),
});
export type Properties = z.infer<typeof Properties>;

/** One entry of `data[]`, web events. Unknown keys are refused, so that no field is sent by accident. */
export const Payload = z.strictObject({
  event: Text.max(255),
  /** Unix seconds: exactly ten digits, so milliseconds are refused. */
  event_time: z.int().min(1_000_000_000).max(9_999_999_999),
  event_id: Text,
  user: User.optional(),
  page: z.strictObject({ url: HttpUrl, referrer: HttpUrl.optional() }).optional(),
  properties: Properties.optional(),
  limited_data_use: z.boolean().optional(),
});
export type Payload = z.infer<typeof Payload>;
