import fc from 'fast-check';
import { EVENT_NAMES } from '../../shared/names.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

const digest = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const id = fc.oneof(fc.uuid(), fc.string({ maxLength: 40 }), digest, fc.constant('  '));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    'NaN',
    '1,299.00',
    ' 12.50 ',
    '-3',
    'Infinity',
    '1e999',
    '',
    ' ',
    0,
    -1,
    1e308,
    'x'.repeat(5000),
  ),
);
/** The keys mappers look at, filled with anything. */
const KEYS =
  'order_id value revenue total currency query search_string price quantity sku product_id name financial_status products'.split(
    ' ',
  );
const line = fc.oneof(
  fc.constant(null),
  fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 5 }),
  value,
);
const properties = fc
  .tuple(
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 10 })), value, { maxKeys: 8 }),
    optional(fc.array(line, { maxLength: 4 })),
  )
  .map(([own, products]) => ({ ...own, ...(products && { products }) }));
const url = fc.oneof(
  fc.webUrl(),
  fc.constantFrom('about:blank', '/cart', 'https://', 'https://a/?ttclid=%', 'x'),
);

/** Anything the log might hold: validated and protected, and still as odd as custom events may be. */
export const anyEvent = fc
  .record({
    type: fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias'),
    event: fc.oneof(
      fc.constantFrom(...EVENT_NAMES, 'Order Placed', 'Signed Up', '__proto__', 'constructor', 'toString'),
      fc.string({ minLength: 1, maxLength: 255 }),
    ),
    messageId: fc.string({ minLength: 1, maxLength: 100 }).filter((text) => text.trim() !== ''),
    timestamp: fc.date({ min: new Date('0001-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    identity: fc.record({
      anonymousId: optional(id),
      userId: optional(id),
      previousId: optional(id),
      groupId: optional(id),
      emailSha256: optional(digest),
      phoneSha256: optional(digest),
      city: optional(fc.constant('taipei')),
      country: optional(fc.constant('tw')),
    }),
    context: fc.record({
      ip: optional(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('unknown', '10.0.0', ''))),
      userAgent: optional(fc.string({ maxLength: 200 })),
      locale: optional(fc.string({ maxLength: 20 })),
      page: optional(fc.record({ url: optional(url), referrer: optional(url) })),
      tiktok: optional(
        fc.record({
          ttclid: optional(fc.string({ maxLength: 1024 })),
          ttp: optional(fc.string({ maxLength: 256 })),
          limited_data_use: optional(fc.boolean()),
        }),
      ),
      bot: optional(fc.boolean()),
      campaign: optional(fc.record({ source: optional(fc.string({ maxLength: 30 })) })),
    }),
    properties,
    traits: fc.dictionary(fc.string({ maxLength: 12 }), value, { maxKeys: 4 }),
  })
  .map(
    (fields) =>
      ({
        shop: 'demo',
        receivedAt: '2026-11-20T08:30:15.900Z',
        consent: { advertising: true, analytics: true, marketing: true },
        ...fields,
        timestamp: fields.timestamp.toISOString(),
      }) as ProtectedEvent,
  );
