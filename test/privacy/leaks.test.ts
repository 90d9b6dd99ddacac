import fc from 'fast-check';
import { expect, test } from 'vitest';
import { protect } from '../../server/privacy/protect.ts';
import { isObject } from '../../shared/is-object.ts';
import { parseMessage } from '../../shared/message.ts';

/** Every byte as `%xx`. */
const encodeAll = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const email = fc.oneof(
  fc.emailAddress(),
  fc
    .tuple(fc.stringMatching(/^[a-z][a-z.+_'-]{0,20}[a-z]$/), fc.domain())
    .map(([local, domain]) => `${local}@${domain}`),
);
const casing = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.toUpperCase(),
);
const encoding = fc.constantFrom<(text: string) => string>(
  (text) => text,
  encodeURIComponent,
  (text) => encodeURIComponent(text).toLowerCase(),
  (text) => encodeURIComponent(encodeURIComponent(text)),
  (text) => encodeURIComponent(encodeURIComponent(encodeURIComponent(text))),
  (text) => text.replace('@', '%40'),
  encodeAll,
);
const wrapping = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => ` ${text}\n`,
  (text) => `write to ${text}, please`,
  (text) => `<${text}>`,
  (text) => `寄到「${text}」`,
  (text) => `mailto:${text}?subject=hi`,
  (text) => `https://shop.example/thanks?ttclid=E.C.P.x&email=${text}&utm_source=a#top`,
  (text) => `https://shop.example/u/${text}/orders`,
  (text) => `#/login?next=%2Faccount%3Femail%3D${text}%26x%3D1`,
  (text) => `{"email":"${text}"}`,
);
const phone = fc.constantFrom(
  '0912345678',
  '0912-345-678',
  '+886 912 345 678',
  '00886912345678',
  '(0912) 345678',
  912345678,
);
const PHONE_KEYS = [
  'phone',
  'phone_number',
  'mobile',
  'mobilePhone',
  'tel',
  'customer_phone',
  'phone_sha256',
  'Phone 2',
];

/** Whatever a shop may send, free of digits and of `@` so that what is found was planted. */
const word = fc.stringMatching(/^[a-zA-Z _?&=%/.:-]{0,12}$/);
const anything = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, word, fc.boolean(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(
    fc.oneof(
      word,
      fc.constantFrom('customer', 'address', 'addresses', 'products', 'email', 'name', 'recipient'),
    ),
    tie('value'),
    { maxKeys: 4, noNullPrototype: true },
  ),
})).object;

const base = { anonymousId: fc.constant('visitor'), context: anything, integrations: anything };
const message = fc.oneof(
  fc.record({
    ...base,
    type: fc.constant('track'),
    event: fc.constant('Product Shared?'),
    properties: anything,
  }),
  fc.record({
    ...base,
    type: fc.constantFrom('page', 'screen'),
    name: word,
    category: word,
    properties: anything,
  }),
  fc.record({ ...base, type: fc.constant('identify'), traits: anything }),
  fc.record({ ...base, type: fc.constant('group'), groupId: fc.constant('group'), traits: anything }),
  fc.record({
    ...base,
    type: fc.constant('alias'),
    userId: fc.constant('user'),
    previousId: fc.constant('former'),
  }),
);

/** Every object in which something can be planted, the message itself included. */
function placesIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(placesIn);
  return isObject(value) ? [value, ...Object.values(value).flatMap(placesIn)] : [];
}

const KNOWN_KEYS = [
  'email',
  'name',
  'url',
  'userId',
  'event',
  'first_name',
  'city',
  'address',
  'note',
  'phone',
  'tel',
];

function plant(into: unknown, at: number, key: string, value: unknown): void {
  const places = placesIn(into);
  const place = places[at % places.length];
  if (place) place[key] = value;
}

/** What would be written to disk; undefined when the message is rejected. */
function stored(sent: object, country = 'TW'): string | undefined {
  const parsed = parseMessage(sent);
  if ('issues' in parsed) return undefined;
  const { raw: _, ...rest } = protect(parsed.message, { country, keepRaw: true });
  const text = JSON.stringify(rest);
  expect(JSON.stringify(JSON.parse(text))).toBe(text);
  return text;
}

/** Undoes percent-encoding as often as there is any, whatever else is in the text. */
function decoded(text: string): string {
  const once = text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return once === text ? text : decoded(once);
}

test('no email can be found in what is stored, wherever and however it was sent', () => {
  let seen = 0;
  const planted = fc.record({
    at: fc.nat(),
    key: fc.option(fc.constantFrom(...KNOWN_KEYS), { nil: undefined }),
    casing,
    encoding,
    wrapping,
  });
  fc.assert(
    fc.property(
      message,
      email,
      fc.array(planted, { minLength: 1, maxLength: 5 }),
      (generated, address, plantings) => {
        const sent = structuredClone(generated);
        for (const { at, key, ...how } of plantings) {
          const text = how.wrapping(how.encoding(how.casing(address)));
          plant(sent, at, key ?? text, key ? text : 1);
        }
        const text = stored(sent)?.toLowerCase();
        if (text === undefined) return;
        seen++;
        const [, domain = ''] = address.toLowerCase().split('@');
        for (const form of [text, decoded(text)]) {
          expect(form).not.toContain(address.toLowerCase());
          expect(form).not.toContain(`@${domain}`);
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(seen).toBeGreaterThan(300);
});

test('no phone number given in a field or URL parameter named like one can be found in what is stored', () => {
  let seen = 0;
  const planted = fc.record({
    at: fc.nat(),
    key: fc.constantFrom(...PHONE_KEYS),
    form: fc.constantFrom<(key: string, value: unknown) => [string, unknown]>(
      (key, value) => [key, value],
      (key, value) => [key, [value]],
      (key, value) => [key, { number: value }],
      (key, value) => [
        'url',
        `https://shop.example/?a=b&${encodeURIComponent(key)}=${encodeURIComponent(String(value))}&c=d`,
      ],
      (key, value) => ['note', `#/form?${key.replace(' ', '_')}=${value}`],
      (_, value) => ['href', `tel:${value}`],
      (key, value) => ['attributes', [{ name: key, value }]],
    ),
  });
  fc.assert(
    fc.property(
      message,
      phone,
      fc.array(planted, { minLength: 1, maxLength: 5 }),
      (generated, number, plantings) => {
        const sent = structuredClone(generated);
        // Unknown fields of the message itself are not stored, so the places are inside it.
        for (const { at, key, form } of plantings) {
          const places = Object.values(sent).filter(isObject);
          plant(places[at % places.length] ?? {}, at, ...form(key, number));
        }
        const text = stored(sent);
        if (text === undefined) return;
        seen++;
        const digits = decoded(text)
          .replace(/[0-9a-f]{64}/g, '')
          .replace(/\D/g, '');
        expect(digits).not.toContain('912345678');
      },
    ),
    { numRuns: 400 },
  );
  expect(seen).toBeGreaterThan(150);
});
