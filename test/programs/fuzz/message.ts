import fc from 'fast-check';
import { EVENT_NAMES, MESSAGE_TYPES } from '../../../shared/names.ts';
import { email, field, large, PHONES, small, text, time, weird, written } from './values.ts';

const FRESH_ID = '%FRESH-ID%';
const KEYS = [
  'name',
  'value',
  'note',
  'url',
  'title',
  'items',
  'toString',
  'length',
  'toJSON',
  '%PROTO%',
  'constructor',
  'prototype',
  '%TWICE%',
];
const key = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: text });
const personal = fc.record(
  {
    email: field(email),
    phone: field(fc.constantFrom(...PHONES)),
    mobile: field(fc.constantFrom(...PHONES)),
    firstName: field(fc.constantFrom('Mei', '美玲')),
    address: field(
      fc.record({
        street: text,
        phone: fc.constantFrom(...PHONES),
        country: fc.constantFrom('TW', 'tw', 'Taiwan'),
      }),
    ),
  },
  { requiredKeys: [] },
);
const open = fc
  .tuple(
    fc.dictionary(key, fc.oneof({ weight: 60, arbitrary: small }, { weight: 1, arbitrary: large }), {
      maxKeys: 3,
    }),
    fc.option(personal, { nil: {} }),
  )
  .map(([first, second]) => ({ ...first, ...second }));
const amount = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.integer());
const commerce = fc.record(
  {
    order_id: field(fc.constantFrom('O-0', 'O-1', 'O-2', 42, 'W-1')),
    value: field(amount),
    currency: field(fc.constantFrom('TWD', 'usd')),
    financial_status: field(fc.constantFrom('paid', 'pending')),
    products: field(
      fc.array(fc.record({ product_id: text, price: amount, url: text }, { requiredKeys: [] }), {
        maxLength: 3,
      }),
    ),
    email: field(email),
    phone: field(fc.constantFrom(...PHONES)),
  },
  { requiredKeys: [] },
);
const preferences = fc.dictionary(
  fc.constantFrom('advertising', 'analytics', 'marketing', 'other'),
  fc.boolean(),
  { maxKeys: 3 },
);
const context = fc.record(
  {
    ip: field(fc.constantFrom('203.0.113.9', '::ffff:203.0.113.9', '2001:db8::1', 'no ip')),
    userAgent: field(fc.constantFrom('Mozilla/5.0 Chrome/126.0', 'Googlebot/2.1')),
    locale: field(text),
    page: field(fc.record({ url: text, referrer: text, title: text }, { requiredKeys: [] })),
    campaign: field(fc.record({ name: text, source: text }, { requiredKeys: [] })),
    traits: field(open),
    tiktok: field(fc.record({ ttclid: text, ttclid_at: time, ttp: text }, { requiredKeys: [] })),
    consent: field(fc.record({ categoryPreferences: preferences }, { requiredKeys: [] })),
    device: field(open),
  },
  { requiredKeys: [] },
);
const id = fc.oneof(
  fc.nat(500).map((number) => `visitor-${number}`),
  email,
  fc.constantFrom(' ', 7),
);
const message = fc
  .record(
    {
      type: field(fc.constantFrom(...MESSAGE_TYPES, 'track', 'track')),
      event: field(fc.oneof(fc.constantFrom(...EVENT_NAMES), fc.constant('Order Completed'), text)),
      messageId: field(
        fc.oneof(
          { weight: 9, arbitrary: fc.constant(FRESH_ID) },
          { weight: 1, arbitrary: fc.constantFrom('same-1', 'same-2', 'shopline:message-0', 'order:O-0') },
        ),
      ),
      anonymousId: field(id),
      userId: field(id),
      previousId: field(id),
      groupId: field(id),
      timestamp: field(time),
      sentAt: field(time),
      context: field(context),
      properties: field(fc.oneof(commerce, open)),
      traits: field(open),
      integrations: field(
        fc.dictionary(fc.constantFrom('All', 'TikTok', 'Customer.io', 'SHOPLINE', '%PROTO%'), fc.boolean(), {
          maxKeys: 3,
        }),
      ),
    },
    { requiredKeys: ['event', 'anonymousId', 'messageId', 'type'] },
  )
  .chain((once) => fc.nat(30).map((chance) => (chance === 30 ? { ...once, '%TWICE%': 0 } : once)));

const batch = fc.record(
  {
    batch: field(
      fc.array(fc.oneof({ weight: 20, arbitrary: message }, { weight: 1, arbitrary: weird }), {
        maxLength: 8,
      }),
    ),
    context: field(context),
    sentAt: field(time),
    integrations: field(open),
  },
  { requiredKeys: ['batch'] },
);

const textOf = (value: fc.Arbitrary<unknown>) => (newId: () => string) =>
  value.map((value) => written(value).replaceAll(FRESH_ID, newId));
/** The text of a body. */
export const messageText = textOf(
  fc.oneof({ weight: 30, arbitrary: message }, { weight: 1, arbitrary: weird }),
);
export const batchText = textOf(fc.oneof({ weight: 30, arbitrary: batch }, { weight: 1, arbitrary: weird }));
