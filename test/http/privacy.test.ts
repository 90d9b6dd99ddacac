// @module-tag slow
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createFastClock } from '../support/clock.ts';
import { type Collector, eventually, SHOP_ORIGIN, startCollector } from '../support/collector.ts';
import { textOfFiles } from '../support/files.ts';

const variables = {
  TRUST_PROXY: '127.0.0.1',
  RATE_LIMIT_PER_MINUTE: '100000',
  SHOPLINE_EVENT_CODES: {
    'Order Completed': { code: 'Z_sale_order', attrs: { note: 'properties.note', page: 'context.page.url' } },
    'Product Viewed': {
      code: 'Z_view_product',
      attrs: { query: 'properties.query' },
      traits: { who: 'traits.note' },
    },
  },
};
const clock = createFastClock(10);
const hashed = await startCollector(variables, { whenOver: afterAll, clock });
const raw = await startCollector(
  {
    ...variables,
    CUSTOMERIO_PII: 'raw',
    SHOPLINE_PII: 'raw',
    PII_KEY: randomBytes(32).toString('base64'),
  },
  { whenOver: afterAll, clock },
);

/** Something personal: how it was written, and the part of it that must not be found again. */
interface Plant {
  text: string;
  needle: RegExp;
}
let planted = 0;
const randomText = (count: number) =>
  String.fromCharCode(...randomBytes(count).map((byte) => 97 + (byte % 26)));

function plantEmail(write: (email: string) => string, tag: string): Plant {
  planted++;
  const local = `q${randomText(10)}${planted}`;
  return { text: write(`${local}${tag}@${randomText(4)}.example`), needle: new RegExp(local, 'i') };
}
/** A Taiwanese mobile number; its nine digits are looked for with whatever people put between digits. */
function plantPhone(write: (national: string) => string): Plant {
  const digits = `9${String(randomBytes(4).readUInt32BE() % 1e8).padStart(8, '0')}`;
  return { text: write(digits), needle: new RegExp(digits.split('').join('[\\s().-]*')) };
}
/** As `plantPhone`, of a card's number with a correct last digit. */
function plantCard(write: (digits: string) => string): Plant {
  const body = `4${String(randomBytes(6).readUIntBE(0, 6) % 1e14).padStart(14, '0')}`;
  const digits = body + luhnDigit(body);
  return { text: write(digits), needle: new RegExp(digits.split('').join('[\\s().-]*')) };
}
function luhnDigit(body: string): number {
  const sum = [...body].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
function plantName(): Plant {
  const name = `Zq${randomText(9)}`;
  return { text: name, needle: new RegExp(name, 'i') };
}

const encodeAll = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const wide = (text: string) =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

const email = fc
  .tuple(
    fc.constantFrom<(email: string) => string>(
      (text) => text,
      (text) => text.toUpperCase(),
      encodeURIComponent,
      (text) => encodeURIComponent(encodeURIComponent(text)),
      encodeAll,
      (text) => text.replace('@', '＠'),
      (text) => text.replace('@', '&#64;'),
      (text) => text.replace('@', '&#x40;'),
      (text) => text.replace('@', '\\u0040'),
      (text) => text.replace('@', '(at)'),
      (text) => text.replace('@', ' [at] '),
      (text) => text.replace('@', '\u200b@\u200b'),
      (text) => ` ${text} `,
    ),
    fc.constantFrom('', '+tag', '.b', '_c'),
  )
  .map(([write, tag]) => ({ make: () => plantEmail(write, tag) }));
const phone = fc
  .constantFrom<(national: string) => string>(
    (digits) => `0${digits}`,
    (digits) => `+886${digits}`,
    (digits) => `+886 ${digits.slice(0, 3)} ${digits.slice(3)}`,
    (digits) => `00886${digits}`,
    (digits) => `0${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`,
    (digits) => `(0${digits.slice(0, 3)}) ${digits.slice(3)}`,
    (digits) => wide(`0${digits}`),
    (digits) => `886${digits}`,
    (digits) => `0${digits} 分機 12`,
  )
  .map((write) => ({ make: () => plantPhone(write) }));
/** What shows anywhere that it is a phone or a card. */
const number = fc
  .constantFrom<() => Plant>(
    ...[
      (digits: string) => `0${digits}`,
      (digits: string) => `+886${digits}`,
      (digits: string) => `+886 ${digits.slice(0, 3)} ${digits.slice(3)}`,
      (digits: string) => `00886${digits}`,
      (digits: string) => `0${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`,
      (digits: string) => `(0${digits.slice(0, 3)}) ${digits.slice(3)}`,
      (digits: string) => wide(`0${digits}`),
    ].map((write) => () => plantPhone(write)),
    () => plantCard((digits) => digits),
    () => plantCard((digits) => digits.replace(/(....)(?=.)/g, '$1 ')),
    () => plantCard((digits) => digits.replace(/(....)(?=.)/g, '$1-')),
  )
  .map((make) => ({ make }));
const name = fc.constant({ make: plantName });

/** Where a message may hold an email: everywhere. */
const EMAIL_PLACES: ((text: string) => Record<string, unknown>)[] = [
  (text) => ({ traits: { email: text } }),
  (text) => ({ traits: { note: `call ${text} please`, nested: { list: [{ deep: text }] } } }),
  (text) => ({ traits: { [text]: 'as a key' } }),
  (text) => ({ context: { traits: { email: text, contact: { mail: text } } } }),
  (text) => ({ context: { page: { url: `https://shop.example/thanks?email=${text}&x=1#${text}` } } }),
  (text) => ({ context: { page: { url: `https://shop.example/u/${text}/orders`, search: `?e=${text}` } } }),
  (text) => ({ context: { page: { referrer: `https://mail.example/?to=${text}`, title: text } } }),
  (text) => ({ context: { campaign: { name: text, source: text }, locale: text, timezone: text } }),
  (text) => ({ context: { userAgent: `Mozilla/5.0 (${text})`, ip: text, library: { name: text } } }),
  (text) => ({ context: { tiktok: { ttclid: text, ttp: text } } }),
  (text) => ({ context: { [text]: { consent: text }, device: { name: text } } }),
  (text) => ({ properties: { email: text, customer: { email: text } } }),
  (text) => ({
    properties: { recipient: text, share_message: `see ${text}!`, href: `mailto:${text}?subject=x` },
  }),
  (text) => ({
    properties: { query: text, products: [{ name: text, url: `https://shop.example/?e=${text}` }] },
  }),
  (text) => ({ properties: { [text]: { [text]: [text] } } }),
  (text) => ({ properties: { note_attributes: [{ name: 'email', value: text }], note: `<${text}>` } }),
  (text) => ({ properties: { json: JSON.stringify({ email: text, list: [text] }) } }),
  (text) => ({ properties: { order_id: text, coupon: text, ttclid: text } }),
  (text) => ({ userId: text }),
  (text) => ({ userId: `user:${text}` }),
  (text) => ({ anonymousId: text }),
  (text) => ({ anonymousId: `visitor/${text}` }),
  (text) => ({ userId: 'u', previousId: text, groupId: text }),
  (text) => ({ messageId: text }),
  (text) => ({ messageId: `m-${text}` }),
  (text) => ({ name: text, category: text }),
  (text) => ({ integrations: { [text]: false, All: { note: text } } }),
  (text) => ({ [text]: text, _metadata: { note: text } }),
];
/** Where the contract knows a phone number. */
const PHONE_PLACES: ((text: string) => Record<string, unknown>)[] = [
  ...['phone', 'Phone Number', 'mobile', 'tel', 'customer_phone', 'phone_number'].map(
    (field) => (text: string) => ({ traits: { [field]: text }, properties: { [field]: text } }),
  ),
  (text) => ({ context: { traits: { phone: text, address: { phone: text } } } }),
  (text) => ({ properties: { customer: { phone: text }, shipping_address: { phone: text, country: 'TW' } } }),
  (text) => ({ properties: { note_attributes: [{ name: 'phone', value: text }] } }),
  (text) => ({ properties: { phones: [text], recipient: text.split(' 分')[0] } }),
  (text) => ({ context: { page: { url: `https://shop.example/?phone=${encodeURIComponent(text)}&x=1` } } }),
];
/** Where a person may write a phone or a card, in any language. */
const TEXT_PLACES: ((text: string) => Record<string, unknown>)[] = [
  (text) => ({ properties: { query: text, search_term: `訂單 ${text}`, keyword: text } }),
  (text) => ({ properties: { note: `請電聯${text}謝謝`, 備註: text, comment: `rappelez le ${text}.` } }),
  (text) => ({
    properties: { title: `Rückruf: ${text}`, message: `《${text}》`, list: [text, { deep: text }] },
  }),
  (text) => ({ properties: { [text]: { [text]: 1 } }, traits: { [text]: 'as a key' } }),
  (text) => ({ context: { page: { title: `お電話 ${text}` }, campaign: { name: text } } }),
  (text) => ({ event: `Llamar al ${text}`, name: text, category: text }),
  (text) => ({ properties: { products: [{ product_id: '1', name: text, engraving: text }] } }),
  (text) => ({ properties: { json: JSON.stringify({ text }) } }),
];
/** Where an id may be a phone. */
const ID_PLACES: ((text: string) => Record<string, unknown>)[] = [
  (text) => ({ userId: text }),
  (text) => ({ anonymousId: text }),
  (text) => ({ userId: 'u', previousId: text, groupId: text }),
  (text) => ({ messageId: text }),
  (text) => ({ messageId: `signup-${text}` }),
  (text) => ({ properties: { customer_id: text, 會員編號: text } }),
];
/** Fields of people in the six languages, by their names alone. */
const PERSONAL_KEYS = [
  ...['full_name', 'fullName', 'customer_full_name', 'fname', 'middle_name', 'display_name', 'nickname'],
  ...['user_name', 'shipping_name', 'receiver', 'consignee', 'contact_person', 'addr1', 'addr_line'],
  ...['full_address', 'address_detail', 'district', 'national_id', 'passport_no', 'password', 'token'],
  ...[
    '姓名',
    '收件人',
    '收件人姓名',
    '地址',
    '收件地址',
    '身分證字號',
    '密碼',
    '真实姓名',
    '收货人',
    '详细地址',
    '身份证号',
  ],
  ...['氏名', 'お名前', 'フリガナ', '住所', 'お届け先住所', 'パスワード', 'マイナンバー'],
  ...['Vorname', 'Nachname', 'Kundenname', 'Lieferadresse', 'strasse', 'Passwort', 'Reisepassnummer'],
  ...['apellidos', 'nombre_completo', 'destinatario', 'direccion', 'contraseña', 'pasaporte'],
  ...['prénom', 'nom_client', 'destinataire', 'adresse_livraison', 'mot_de_passe', 'passeport'],
];
const NAME_PLACES: ((text: string) => Record<string, unknown>)[] = [
  (text) => ({ traits: { firstName: text, last_name: text, address: { street: text, postal_code: text } } }),
  (text) => ({ context: { traits: { first_name: text, name: text } } }),
  (text) => ({ properties: { billing_address: { first_name: text, address1: text, zip: text } } }),
  (text) => ({ properties: { customer: { last_name: text, name: text } } }),
  (text) => ({ properties: { contact: { name: text, email: 'q@example.com' }, attendee: { name: text } } }),
  ...PERSONAL_KEYS.map((key) => (text: string) => ({ traits: { [key]: text }, properties: { [key]: text } })),
  ...PERSONAL_KEYS.map((key) => (text: string) => ({
    properties: { form: [{ [key]: text }], note_attributes: [{ name: key, value: text }] },
  })),
];
const placed = (
  plants: fc.Arbitrary<{ make: () => Plant }>,
  places: ((text: string) => Record<string, unknown>)[],
) => fc.record({ plant: plants, place: fc.constantFrom(...places) });
const planting = fc.oneof(
  { weight: 4, arbitrary: placed(email, EMAIL_PLACES) },
  { weight: 2, arbitrary: placed(phone, PHONE_PLACES) },
  { weight: 2, arbitrary: placed(number, TEXT_PLACES) },
  {
    weight: 1,
    arbitrary: placed(
      number.filter(({ make }) => !/^4/.test(make().text)),
      ID_PLACES,
    ),
  },
  { weight: 3, arbitrary: placed(name, NAME_PLACES) },
);
const shape = fc.constantFrom<Record<string, unknown>>(
  { type: 'track', event: 'Product Viewed' },
  { type: 'track', event: 'Order Completed' },
  { type: 'track', event: 'Tea Poured' },
  { type: 'identify' },
  { type: 'page' },
  { type: 'screen' },
  { type: 'group', groupId: 'wholesale' },
  { type: 'alias', userId: 'u', previousId: 'v' },
  // These are rejected, and what is said about them must not say what they held.
  { type: 'track', event: 7 },
  { type: 'track', event: 'Product Viewed', properties: { price: 'none' } },
);
const message = fc.record({ shape, plantings: fc.array(planting, { minLength: 1, maxLength: 3 }) });

/** Builds a message with its plants in place. */
function grow({ shape, plantings }: typeof message extends fc.Arbitrary<infer T> ? T : never) {
  const plants: Plant[] = [];
  let body: Record<string, unknown> = { anonymousId: `visitor-${planted}`, ...shape };
  for (const { plant, place } of plantings) {
    const one = plant.make();
    plants.push(one);
    body = merge(body, place(one.text));
  }
  return { body, plants };
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    const isBoth = [below, value].every(
      (side) => typeof side === 'object' && side !== null && !Array.isArray(side),
    );
    merged[key] = isBoth ? merge(below as Record<string, unknown>, value as Record<string, unknown>) : value;
  }
  return merged;
}

/** Percent-encoding undone, full-width characters made plain. */
function legible(text: string): string {
  let decoded = text;
  for (let round = 0; round < 4; round++)
    decoded = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return `${text}\n${decoded}`.normalize('NFKC');
}

/** Everything a stranger could get hold of: every file of the data directory, every log line. */
function kept({ dataDir, lines }: Collector): string {
  return legible([textOfFiles(dataDir), ...lines].join('\n'));
}
const sent = ({ sandbox }: Collector, api?: 'tiktok') =>
  legible(JSON.stringify(sandbox.received(api).map(({ path, headers, body }) => ({ path, headers, body }))));

const settled = ({ admin }: Collector) =>
  eventually(
    async () => (await (await admin('GET', '/admin/status')).json()).destinations,
    (destinations) => destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
  );

function expectNowhere(plants: readonly Plant[], haystacks: Record<string, string>): void {
  const found = Object.entries(haystacks).flatMap(([where, text]) =>
    plants.flatMap(({ text: plant, needle }) => {
      const hit = needle.exec(text);
      return hit
        ? [`${plant} in ${where}: …${text.slice(Math.max(0, hit.index - 120), hit.index + 60)}…`]
        : [];
    }),
  );
  expect(found).toEqual([]);
}

const messages = fc.array(message, { minLength: 30, maxLength: 60 });

test('whatever holds an email, or a phone, a name or a street in its place, holds it nowhere afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(messages, async (batch) => {
      const grown = batch.map(grow);
      const response = await hashed.post('/v1/batch', { batch: grown.map(({ body }) => body) });
      expect(response.status).toBe(200);
      const answer = await response.text();
      await settled(hashed);
      expectNowhere(
        grown.flatMap(({ plants }) => plants),
        { 'what is kept': kept(hashed), 'what was sent': sent(hashed), 'the answer': legible(answer) },
      );
      hashed.sandbox.clear();
    }),
    { numRuns: 12, endOnFailure: true },
  );
  expect(hashed.events.length).toBeGreaterThan(100);
});

test('in raw mode it lies sealed on disk and reaches only whom it was meant for', async () => {
  await fc.assert(
    fc.asyncProperty(messages, async (batch) => {
      const grown = batch.map(grow);
      const response = await raw.post('/v1/batch', { batch: grown.map(({ body }) => body) });
      expect(response.status).toBe(200);
      await settled(raw);
      expectNowhere(
        grown.flatMap(({ plants }) => plants),
        { 'what is kept': kept(raw), 'what TikTok was sent': sent(raw, 'tiktok') },
      );
      raw.sandbox.clear();
    }),
    { numRuns: 6, endOnFailure: true },
  );
});

test('while a raw destination is down, what waits for it is sealed too', async () => {
  const plants = [plantEmail((text) => text, ''), plantPhone((digits) => `0${digits}`), plantName()];
  const [mail, mobile, first] = plants.map(({ text }) => text);
  await raw.sandbox.stop('customerio');
  await raw.post('/v1/identify', {
    userId: 'u-1',
    traits: { email: mail, phone: mobile, first_name: first },
  });
  expectNowhere(plants, { 'what is kept': kept(raw) });
  await raw.sandbox.restart('customerio');
  const identify = await eventually(
    () => raw.sandbox.accepted('customerio').find((item) => (item as { userId?: string }).userId === 'u-1'),
    (item) => item !== undefined,
  );
  expect(identify).toMatchObject({ traits: { email: mail, first_name: first } });
  await settled(raw);
  expectNowhere(plants, { 'what is kept': kept(raw) });
});

test('an API that quotes in its refusal what it was sent brings nothing back to our disk', async () => {
  const plants = [plantEmail((text) => text, ''), plantPhone((digits) => `+886${digits}`)];
  const [mail, mobile] = plants.map(({ text }) => text);
  for (const body of [
    { meta: { errors: [`traits.email ${mail} is not deliverable`, `phone ${mobile}`] } },
    `<html><body>${mail} was refused, call ${mobile}</body></html>`,
  ]) {
    raw.sandbox.setFaults('customerio', { status: 400, body, times: 1 });
    await raw.post('/v1/identify', { userId: 'u-2', traits: { email: mail, phone: mobile } });
    await settled(raw);
  }
  const { deadLetters } = await (await raw.admin('GET', '/admin/dead-letters')).json();
  expect(deadLetters.length).toBeGreaterThanOrEqual(2);
  expectNowhere(plants, {
    'what is kept': kept(raw),
    'dead randomText': legible(JSON.stringify(deadLetters)),
  });
});

describe('what surrounds a message leaves no trace either', () => {
  const plain = { event: 'Product Viewed', anonymousId: 'visitor' };

  test('headers and cookies', async () => {
    const plants: Plant[] = [];
    const mail = (write: (text: string) => string = (text) => text) => {
      const one = plantEmail(write, '');
      plants.push(one);
      return one.text;
    };
    await hashed.post('/v1/track', plain, {
      origin: SHOP_ORIGIN,
      'user-agent': `Mozilla/5.0 (${mail()}) Firefox/145.0`,
      'x-forwarded-for': mail(),
      cookie: `ttclid=${mail(encodeURIComponent)}; _ttp=${mail(encodeURIComponent)}; _sb_id=${mail(encodeURIComponent)}`,
      referer: `https://shop.example/?email=${mail(encodeURIComponent)}`,
    });
    await hashed.post(`/v1/track?email=${mail(encodeURIComponent)}`, plain);
    await settled(hashed);
    expectNowhere(plants, { 'what is kept': kept(hashed), 'what was sent': sent(hashed) });
  });

  test.each<{
    what: string;
    path?: string;
    body: (mail: string) => unknown;
    headers?: Record<string, string>;
    status: number;
  }>([
    { what: 'malformed JSON', body: (mail) => `{"email":"${mail}"`, status: 400 },
    { what: 'no batch', path: '/v1/batch', body: (mail) => ({ batch: mail }), status: 400 },
    {
      what: 'too large',
      body: (mail) => ({ ...plain, properties: { pad: 'x'.repeat(40_000), mail } }),
      status: 413,
    },
    {
      what: 'an unknown key',
      body: () => plain,
      headers: { authorization: 'Basic bm9ib2R5Og==' },
      status: 401,
    },
    {
      what: 'strict mode',
      body: (mail) => ({ event: 7, traits: { [mail]: 1 }, context: { page: { url: 7 }, traits: { mail } } }),
      headers: { 'x-strict-mode': '1' },
      status: 400,
    },
    {
      what: 'a wrong type behind a personal key',
      body: (mail) => ({ ...plain, context: { consent: { categoryPreferences: { [mail]: 'yes' } } } }),
      status: 200,
    },
    {
      what: 'an event name cut where it is too long',
      body: (mail) => ({ ...plain, event: `${'x'.repeat(245)} ${mail}` }),
      status: 200,
    },
    {
      what: 'an id cut where it is too long',
      body: (mail) => ({ ...plain, messageId: `${'x'.repeat(248)}/${mail}` }),
      status: 200,
    },
    {
      what: 'a path that does not exist',
      path: '/v1/unknown?email=',
      body: (mail) => ({ mail }),
      status: 404,
    },
  ])('a refusal: $what', async ({ path = '/v1/track', body, headers = {}, status }) => {
    const plant = plantEmail((text) => text, '');
    const response = await hashed.post(path, body(plant.text), headers);
    expect(response.status).toBe(status);
    expectNowhere([plant], { 'what is kept': kept(hashed), 'the answer': await response.text() });
  });

  test('the erasure of a person by their own address, in the body', async () => {
    const plant = plantEmail((text) => text, '');
    await hashed.post('/v1/identify', { userId: plant.text, traits: { email: plant.text } });
    const response = await hashed.admin('DELETE', '/admin/visitors/nobody', { ids: [plant.text] });
    expect(await response.json()).toMatchObject({ erasures: [{ events: 1 }] });
    await settled(hashed);
    expectNowhere([plant], { 'what is kept': kept(hashed), 'what was sent': sent(hashed) });
  });
});

test('the search finds what it looks for', async () => {
  const plant = plantName();
  await hashed.post('/v1/track', {
    event: 'Tea Poured',
    anonymousId: 'visitor',
    properties: { tea: plant.text },
  });
  await settled(hashed);
  expect(plant.needle.test(kept(hashed))).toBe(true);
  expect(plant.needle.test(sent(hashed))).toBe(true);
});
