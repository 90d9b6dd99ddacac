import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { PURPOSES } from '../../shared/consent.ts';
import { json, oneOf, optionalText, requiredText, textOr } from '../destinations/setting-fields.ts';
import { StoreFields } from '../destinations/shopline/store.ts';
import { expectedOfDatabaseUrl } from './database-url.ts';
import { FLOW_LIST, MARKETING_RULES } from './statistics.ts';
import { list } from './variables.ts';

const wholeFrom = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return z.number(expected).int(expected).min(min, expected).max(max, expected);
};
const whole = (fallback: number, min: number, max: number) =>
  optionalText()
    .transform((value) => (value === undefined ? fallback : Number(value)))
    .pipe(wholeFrom(min, max));

const Url = optionalText().refine(
  (value) => value === undefined || (/^https?:\/\//i.test(value) && URL.canParse(value)),
  'an absolute URL',
);
/** Text with commas; in a configuration file also an array of texts. */
const textList = (expected: string) =>
  z.preprocess(
    (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(',') : value,
    optionalText(expected),
  );
const ORIGINS = 'origins such as https://shop.example, separated by commas';
const PROXIES = 'a hop count, or addresses and networks such as 10.0.0.0/8';
const KEYS = '32 bytes in base64 (several: separated by commas)';

const Origin = z.string().transform((value, ctx) => {
  if (value === 'null') return value;
  const url = URL.parse(value);
  // A browser sends one exact origin, so a pattern would match none.
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !value.includes('*'))
    return url.origin;
  ctx.addIssue({ code: 'custom', message: ORIGINS });
  return z.NEVER;
});

/** Whose `X-Forwarded-For` is used, as Express spells it. */
const Proxies = textList(PROXIES).transform((value, ctx) => {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const networks = list(value);
  if (!networks.every(isNetwork)) ctx.addIssue({ code: 'custom', message: PROXIES });
  return networks;
});
const isNetwork = (value: string) =>
  isIP(value) > 0 || ipaddr.isValidCIDR(value) || /^(loopback|linklocal|uniquelocal)$/.test(value);

/** As the Standard Webhooks scheme has it; any other text is used as it stands. */
const webhookKey = (text: string): Uint8Array =>
  text.startsWith('whsec_') ? Buffer.from(text.slice(6), 'base64') : Buffer.from(text);
const WEBHOOK_KEY = 'whsec_ and 24 to 64 bytes in base64, or a text of 24 to 64 characters';

/** The program's variables. */
export const ProgramVariables = z.object({
  PORT: whole(8787, 0, 65535),
  HOST: textOr('0.0.0.0', 'an address to listen on'),
  ADMIN_PORT: optionalText()
    .transform((value) => (value === undefined ? undefined : Number(value)))
    .pipe(wholeFrom(0, 65535).optional()),
  ADMIN_HOST: textOr('127.0.0.1', 'an address to listen on'),
  DATA_DIR: textOr('./data', 'a directory'),
  DATABASE_URL: optionalText().superRefine((value, ctx) => {
    const message = value === undefined ? undefined : expectedOfDatabaseUrl(value);
    if (message !== undefined) ctx.addIssue({ code: 'custom', message });
  }),
  PUBLIC_URL: Url.transform((value) => value?.replace(/\/+$/, '')),
  TRUST_PROXY: Proxies,
  ADMIN_TOKEN: optionalText(),
  LOG_LEVEL: oneOf('info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent'),
  RETENTION_DAYS: whole(30, 1, 3650),
  HISTORY_DAYS: whole(14, 1, 3650),
  REDACT_DELAY_HOURS: whole(24, 0, 720),
  MAX_CONNECTIONS: whole(10_000, 10, 1_000_000),
  RATE_LIMIT_PER_MINUTE: whole(600, 1, 1_000_000),
  SERVER_RATE_PER_MINUTE: whole(60_000, 1, 100_000_000),
  ADDRESS_MB_PER_DAY: whole(1_000, 1, 1_000_000_000),
  BROWSER_MB_PER_DAY: whole(20_000, 1, 1_000_000_000),
  STATISTICS_SYNC_MINUTES: whole(15, 1, 1440),
  COUNTRY_HEADER: textOr('cf-ipcountry', 'the name of a header', /^[A-Za-z0-9-]+$/).transform((name) =>
    name.toLowerCase(),
  ),
  MAXMIND_FILE: optionalText(),
  ALERT_WEBHOOK_URL: Url,
  ALERT_WEBHOOK_SECRET: optionalText().transform((value, ctx) => {
    const key = value === undefined ? undefined : webhookKey(value);
    if (key && (key.length < 24 || key.length > 64)) ctx.addIssue({ code: 'custom', message: WEBHOOK_KEY });
    return key;
  }),
  PII_KEY: textList(KEYS).transform((value, ctx) => {
    const keys = list(value).map((key) => Buffer.from(key, 'base64'));
    if (keys.some((key) => key.length !== 32)) ctx.addIssue({ code: 'custom', message: KEYS });
    return keys;
  }),
});

const COUNTRY = 'a country code such as TW';
const PARAMETERS = 'names of URL parameters such as ref, separated by commas';
const SERVER_KEYS = 'secret keys of at least 24 characters each (several: separated by commas)';

/** A shop's variables, besides those of its destinations. */
export const ShopVariables = z.object({
  // The snippet writes it into an attribute and into JSON as it stands.
  WRITE_KEY: requiredText(
    'a public key of your choice, at most 256 characters, without quotation marks and backslashes',
    /^[^"\\\p{Cc}]{1,256}$/u,
  ),
  SERVER_KEY: textList(SERVER_KEYS)
    .transform(list)
    .refine((keys) => keys.every((key) => key.length >= 24), SERVER_KEYS),
  ALLOWED_ORIGINS: textList(ORIGINS).transform(list).pipe(z.array(Origin)),
  STORE_COUNTRY: requiredText(COUNTRY).refine(isSupportedCountry, COUNTRY),
  STORE_CURRENCY: requiredText('a currency code such as TWD', /^[A-Z]{3}$/),
  CONSENT_DEFAULT: requiredText('denied or granted', /^(denied|granted)$/),
  CONSENT_CATEGORIES: json(
    z.record(z.string(), z.enum(PURPOSES)),
    {},
    '{"<category>": "advertising", "analytics" or "marketing"}',
  ),
  KEEP_PARAMETERS: textList(PARAMETERS)
    .transform(list)
    .refine((names) => names.every((name) => /^[\w.-]{1,64}$/.test(name)), PARAMETERS),
  BOTS: oneOf('skip-ads', 'flag', 'drop'),
  ORDERS_FROM: optionalText().pipe(
    z.enum(['platform', 'server', 'browser'], 'platform, server or browser').optional(),
  ),
  ORDER_MERGE_SECONDS: whole(30, 0, 3600),
  ORDER_CONFIRM_HOURS: whole(48, 1, 720),
  ATTRIBUTION_DAYS: whole(7, 1, 90),
  MARKETING_RULES,
  FLOWS: FLOW_LIST,
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: optionalText(),
  SHOPLINE_HANDLE: StoreFields.handle.optional(),
  SHOPLINE_ACCESS_TOKEN: StoreFields.accessToken.optional(),
  SHOPLINE_API_VERSION: StoreFields.apiVersion,
  SHOPLINE_ENDPOINT: StoreFields.endpoint,
  SHOPLINE_APP_KEY: optionalText(),
  SHOPLINE_APP_SECRET: optionalText(),
  SHOPLINE_STORE_ID: optionalText(),
  SHOPLINE_SOURCE_TYPE: optionalText(),
});

export type ShopVariables = z.infer<typeof ShopVariables>;
