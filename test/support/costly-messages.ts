/** Messages within the accepted limits that cost as much as a sender can make them cost, each as the text of a body. */

/** With what is around it, a message may have 32 KB. */
const LONGEST = 30_000;
let last = 0;
/** A track message with these properties; `more` goes between its other fields. */
export const message = (properties: string, more = '') =>
  `{"event":"Tea Poured","anonymousId":"v","messageId":"costly-${++last}"${more},"properties":${properties}}`;
/** As many items as fit into one message. */
export function fill(item: (index: number) => string, bytes = LONGEST): string {
  const items: string[] = [];
  for (let length = 0; length < bytes; length += Buffer.byteLength(items.at(-1) ?? '') + 1)
    items.push(item(items.length));
  return items.join();
}
const text = (piece: string, length = LONGEST) =>
  JSON.stringify(piece.repeat(Math.ceil(length / piece.length)).slice(0, length));
/** Text of all signs a sender can type, as random as makes no difference: what is stored of it hardly shrinks. */
function noise(length: number): string {
  let state = ++last;
  const signs = Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(32 + ((state >>> 16) % 95));
  });
  return JSON.stringify(signs.join('').replace(/["\\]/g, '~'));
}
const inContext = (context: string) => message('{}', `,"context":${context}`);

/** What each tries to make expensive → a new message. */
export const COSTLY: Record<string, () => string> = {
  'phones beside thousands of keys': () =>
    message(`{${fill((index) => `"${index}":1`, 16_000)},"phone":[${fill(() => '1', 6_000)}]}`),
  'phones beside thousands of objects': () =>
    message(`{${fill((index) => `"a${index}":{}`, 15_000)},"phone":[${fill(() => '"0912345678"', 14_000)}]}`),
  'phones below addresses of thousands': () =>
    message(
      `{${fill((index) => `"${index}address":[{}]`, 10_000)},"customer":{${fill((index) => `"b${index}address":[{}]`, 10_000)},"phone":[${fill(() => '123456', 9_000)}]}}`,
    ),
  'phones 25 objects deep': () =>
    message(`${'{"customer":'.repeat(25)}{"phone":[${fill(() => '1234567')}]}${'}'.repeat(25)}`),
  'phones of 90 signs': () => message(`{"phone":[${fill(() => text('1 ', 90))}]}`),
  'a phone in each of thousands of keys': () =>
    message(`{${fill((index) => `"phone${'_'.repeat(index % 30)}${index % 100}":1234567`)}}`),
  'thousands of addresses': () =>
    message(`{"addresses":[${fill((index) => `{"phone":${912345678 + index}}`)}]}`),
  'postal codes of one digit': () => message(`{"zip":[${fill(() => '"1"')}]}`),
  'different postal codes': () => message(`{"zip":[${fill((index) => `"${10_000 + index}"`)}]}`),
  'persons in traits': () =>
    message('{}', `,"context":{"traits":{${fill((index) => `"p${index}address":{"dob":1}`)}}}`),
  'a parameter repeated': () => message(`{"url":${text('ttclid=&').replace('"', '"?')}}`),
  'a parameter repeated that something follows': () =>
    message(`{"url":${text('ttclid=a&').replace('"', '"https://a.example/?x&')}}`),
  'a user agent of digits': () => inContext(`{"userAgent":${text('1', 8_192)}}`),
  'a user agent of versions': () => inContext(`{"userAgent":${text('1.', 8_192)}}`),
  'choices that are none': () =>
    inContext(`{"consent":{"categoryPreferences":{${fill((index) => `"${index.toString(36)}":1`)}}}}`),
  'destinations that are none': () =>
    message('{}', `,"integrations":{${fill((index) => `"${index.toString(36)}":"x"`)}}`),
  'different keys': () => message(`{${fill((index) => `"${index.toString(36)}":0`)}}`),
  'keys like names of persons': () => message(`{${fill((index) => `"name${index.toString(36)}":0`)}}`),
  'keys of many words': () =>
    message(`{${fill((index) => `"customerfirstnamephone${index.toString(36)}":0`)}}`),
  'digits like phones': () => message(`{"text":${text('0 ')}}`),
  'digits like cards': () => message(`{"text":${text('4111 ')}}`),
  'disguised addresses': () => message(`{"text":${text('a(at)b.c ')}}`),
  'parameters like names of persons': () =>
    message(`{"url":"?${fill((index) => `mail${index.toString(36)}=1`).replaceAll(',', '&')}"}`),
  'parameters in brackets': () => message(`{"url":${text('name[a].b=1&')}}`),
  'signs of an address': () => message(`{"text":${text('x.y/@z.co')}}`),
  'encoded signs': () => message(`{"text":${text('%2525')}}`),
  'phone links': () => message(`{"text":${text('tel: (')}}`),
  'empty objects': () => message(`{"list":[${fill(() => '{}')}]}`),
  'numbers without end': () => message(`{"list":[${fill(() => '1e400')}]}`),
  'a long order': () =>
    message(`{"order_id":"long-${last}","note":${text('a')}}`).replace('Tea Poured', 'Order Completed'),
  'an order of random signs': () =>
    message(`{"order_id":"random-${last}","note":${noise(29_000)}}`).replace('Tea Poured', 'Order Completed'),
  'an order of phone links': () =>
    message(`{"order_id":"links-${last}","note":${text('tel:1 ')}}`).replace('Tea Poured', 'Order Completed'),
  'a refund without an order': () =>
    message(`{"order_id":"refund-${last}","note":${text('a')}}`).replace('Tea Poured', 'Order Refunded'),
  'a thousand lines of wrong fields': () =>
    message(
      `{"order_id":"odd-${last}","products":[${fill(() => '{"sku":[],"price":"x","url":7}')}]}`,
    ).replace('Tea Poured', 'Order Completed'),
  'texts of lines inside texts of lines': () =>
    message(
      `{"products":${JSON.stringify(JSON.stringify(Array.from({ length: 900 }, () => JSON.stringify({ sku: [] }))))}}`,
    ).replace('Tea Poured', 'Order Completed'),
  'amounts that are nearly one': () =>
    message(`{"products":[${fill(() => `{"price":"${'1,111'.repeat(6)}x"}`)}]}`).replace(
      'Tea Poured',
      'Cart Viewed',
    ),
  'times that are nearly one': () =>
    inContext(`{"tiktok":{"ttclid_at":${text('2026-', 8_000)}},"page":[[]]}`),
  'lines of an order': () =>
    message(
      `{"order_id":"7","products":[${fill((index) => `{"price":1e-${index % 300},"quantity":1e${index % 300}}`)}]}`,
    ).replace('Tea Poured', 'Order Completed'),
};

const PLACES = [
  'email',
  'phone',
  'zip',
  'first_name',
  'dob',
  'recipient',
  'order_id',
  'order_status_url',
  'note',
  'url',
];
const PIECES = [
  ...'1a @%"=&+(.-_/#<{[é轉\u00a0',
  ...[
    'a@b.co',
    '%25',
    '%40',
    'tel:1',
    'phone=0',
    '&ttclid=a',
    'x.y/@',
    '?a=',
    '00',
    'İ',
    'ﷺ',
    '\ud800',
    '\u0001',
  ],
];

/** A message of a repeated piece in a place that is read closely: a value, a list, a key or a parameter. */
export function anyCostly(random: () => number): string {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const [place, piece, other] = [pick(PLACES), pick(PIECES), pick(PIECES)];
  const long = text(piece + other, 2_000 + Math.floor(random() * 7_000));
  return pick([
    () => message(`{"${place}":${long}}`),
    () => message(`{"${place}":[${fill(() => text(piece + other, 1 + Math.floor(random() * 99)), 20_000)}]}`),
    () => message(`{${long}:1,"customer":{"${place}":${long}}}`),
    () => message(`{"url":"https://shop.example/?${place}=${long.slice(1)}}`),
    () => inContext(`{"page":{"url":${text(piece, 2_000)}},"traits":{"${place}":[${long}]}}`),
  ])();
}
