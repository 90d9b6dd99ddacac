import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactRecipient, redactText } from '../../server/privacy/redact.ts';
import { cpuMsOf } from '../support/cpu.ts';

describe('emails', () => {
  test.each([
    ['alice@shop.example', '[email]'],
    ['write to alice+tag@shop.co.uk, please', 'write to [email], please'],
    ['Alice <alice@shop.example>', 'Alice <[email]>'],
    ['a@shop.example,b@shop.example;c@shop.example', '[email],[email];[email]'],
    ['alice%40shop.example', '[email]'],
    ['%61lice%2Btag%40shop%2Eexample', '[email]'],
    ['alice%2540shop.example', '[email]'],
    ['alice%25252540shop.example', '[email]'],
    ['alice＠shop.example', '[email]'],
    ['alice%EF%BC%A0shop.example', '[email]'],
    ['"john doe"@shop.example', '[email]'],
    ['%22john%20doe%22%40shop.example', '[email]'],
    ["o'brien@shop.example", '[email]'],
    ['用戶@例子.台灣', '[email]'],
    ['mailto:alice@shop.example?subject=hi', 'mailto:[email]?subject=hi'],
    ['https://u:secret@shop.example/', 'https://u:[email]/'],
    ['tom&@shop.example', 'tom&[email]'],
    ['a./@shop.example', 'a./[email]'],
    ['a%20@shop.example', 'a%20[email]'],
    ['a@b.example@c.example', '[email]@c.example'],
  ])('%s → %s', (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  test.each([
    'https://www.tiktok.com/@shop.name/video/1?lang=zh',
    'https%3A%2F%2Fwww.tiktok.com%2F%40shop.name',
    'follow @shop.name today',
    '{"handle":"@shop.name"}',
    'https://cdn.example/logo@2x.png',
    'https://cdn.example/next?src=%2Flogo%402x.webp',
    'https://cdn.example/npm/lib@4.17.21/dist/lib.js',
    'https://maps.example/@25.03,121.5,15z',
    'alice@localhost',
    '100% & 5%25 off = 3 @ once',
    'E.C.P.CvYBjAEKLh%2Bab_c-d',
  ])('%s is no email and stays byte for byte', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

test('the click id and everything else of a URL survive byte for byte', () => {
  const before = 'https://shop.example/thanks?ttclid=E.C.P.Cv%2B%40x&q=%E9%9E%8B%20a+b&email=';
  const after = '&utm_source=a%26b&x=%zz#top';
  for (const email of ['alice@shop.example', 'alice%40shop.example', 'Alice%2B1%2540shop.example']) {
    expect(redactText(before + email + after)).toBe(`${before}[email]${after}`);
  }
  expect(redactText('/login?next=%2Fx%3Femail%3Da%2540b.example%26ttclid%3DE.C.P.x')).toBe(
    '/login?next=%2Fx%3Femail%3D[email]%26ttclid%3DE.C.P.x',
  );
});

describe('phones and names in URLs', () => {
  test.each([
    ['?phone=0912345678&ttclid=x', '?phone=[phone]&ttclid=x'],
    ['?phone=%2B886%20912%20345%20678&x=1', '?phone=[phone]&x=1'],
    ['?phone=0912 345 678&x=1', '?phone=[phone]&x=1'],
    ['?phone=０９１２３４５６７８', '?phone=[phone]'],
    ['?a=1&tel=02-2345-6789#top', '?a=1&tel=[phone]#top'],
    ['#mobile=0912345678', '#mobile=[phone]'],
    ['#/form?customer_phone=0912345678', '#/form?customer_phone=[phone]'],
    ['phoneNumber=0912345678', 'phoneNumber=[phone]'],
    ['?customer%5Bphone%5D=0912345678', '?customer%5Bphone%5D=[phone]'],
    ['?next=%2Fx%3Fphone%3D0912345678%26ttclid%3Dy', '?next=%2Fx%3Fphone%3D[phone]%26ttclid%3Dy'],
    ['see ?phone=0912345678 and call', 'see ?phone=[phone] and call'],
    ['?Phone%20Number=0912345678', '?Phone%20Number=[phone]'],
    ['tel:+886912345678', 'tel:[phone]'],
    ['TEL:%2B886-912-345-678', 'TEL:[phone]'],
    ['sms:0912345678?body=hi', 'sms:[phone]?body=hi'],
    ['?first_name=Al%20B&lastName=Chen&zip=110', '?first_name=[removed]&lastName=[removed]&zip=[removed]'],
    ['?customer[first_name]=Al&full_name=Al+Chen', '?customer[first_name]=[removed]&full_name=[removed]'],
    ['?billing_address[address1]=1+Main+St', '?billing_address[address1]=[removed]'],
  ])('%s → %s', (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  test.each([
    '?mobile=1',
    '?tel=',
    '?first_name=&x=1',
    '?name=shoes',
    '?client=web&contact=form',
    '?id=0912345678',
    'hotel:2024-12',
    '?phone_case=iphone15',
  ])('%s stays', (text) => {
    expect(redactText(text)).toBe(text);
  });

  test.each([
    ['+886 912-345-678', '[phone]'],
    ['alice@shop.example', '[email]'],
    ['Alice', 'Alice'],
    ['2024', '2024'],
  ])('a message to %s says it went to %s', (recipient, redacted) => {
    expect(redactRecipient(recipient)).toBe(redacted);
  });
});

describe('numbers in text', () => {
  test.each([
    ['call 0912-345-678 now', 'call [phone] now'],
    ['電話0912345678。', '電話[phone]。'],
    ['+886 912 345 678, ext. 5', '[phone], ext. 5'],
    ['00886912345678', '[phone]'],
    ['（０２）２３４５−６７８９', '（０２）２３４５−６７８９'],
    ['（０２）２３４５－６７８９', '（[phone]'],
    ['4111 1111 1111 1111 0912345678', '[card] [phone]'],
    ['378282246310005', '[card]'],
    ['pay DE89 3704 0044 0532 0130 00 today', 'pay [iban] today'],
    ['0912345678ext 12', '[phone]ext 12'],
    ['0912345678x12', '[phone]x12'],
    ['0912345678#12', '[phone]#12'],
    ['tel0912345678', 'tel[phone]'],
    ['LINE0912345678', 'LINE[phone]'],
    ['https://wa.me/886912345678?text=hi', 'https://wa.me/[phone]?text=hi'],
    ['https://shop.example/search?q=0912345678', 'https://shop.example/search?q=[phone]'],
  ])('%s → %s', (text, redacted) => {
    expect(redactText(text, 'TW')).toBe(redacted);
  });

  test.each([
    '0.4111111111111111',
    '04-11-1991 10:30',
    '2024-11-29 10:00-12:00',
    '#0912345678',
    'SN00912345678',
    'online0912345678',
    '0912345678x12a',
    '0912345678xyz',
    '6f1e7b1c-0912-4653-8123-091234567812',
    '20230906063045123456789019',
    '4111111111111112',
    '4006381333931',
    '1732867219387',
    'https://shop.example/products/4111111111111111?variant=0912345678',
    '1920x1080, 24 colours, 3.14159265358979',
  ])('%s stays', (text) => {
    expect(redactText(text, 'TW')).toBe(text);
  });

  test('a zero at the beginning is a trunk zero only where the country has one', () => {
    expect(redactText('0912345678', 'US')).toBe('0912345678');
    expect(redactText('0912345678')).toBe('0912345678');
    expect(redactText('06 39 98 00 01', 'FR')).toBe('[phone]');
    expect(redactText('030 1234 5678', 'DE')).toBe('[phone]');
  });
});

test.each([
  'a&#64;b.co',
  'a&#x40;b.co',
  'a\\u0040b.co',
  'a(at)b.co',
  'a [at] b.co',
  'a{at}b(dot)co',
  'a\u200b@b.co',
  'a＠b．co',
])('%s is an email', (text) => {
  expect(redactText(`to ${text}!`)).toBe('to [email]!');
});

test('redacting twice changes nothing', () => {
  const text = fc.array(
    fc.oneof(
      fc.emailAddress(),
      fc.string(),
      fc.constantFrom('%40', '@', '?phone=0912345678', '&', 'tel:09123', ' '),
    ),
  );
  fc.assert(
    fc.property(text, (parts) => {
      const once = redactText(parts.join(''));
      expect(redactText(once)).toBe(once);
    }),
  );
});

test.each([
  '@',
  'a@',
  'a@b.co',
  '@a.',
  '%40',
  '%25',
  '%2525',
  '"',
  '"@x.co',
  'x.y/@z.co',
  'phone=',
  'phone=0',
  'a=',
  'tel:1',
  'tel: (',
  '( ',
  '&#',
  'a.',
  'é',
  'email%',
])('a hostile text of 30 KB made of %s costs less than 50 ms', (part) => {
  const text = `tel:1 a@ phone=${part.repeat(Math.ceil((30 * 1024) / part.length))}`;
  expect(cpuMsOf(() => redactText(text))).toBeLessThan(50);
});

test.each([
  '0912－345－678',
  '0912　345　678',
  '0912ー345ー678',

  '０９１２－３４５－６７８',
  '（02）2345－6789',
])('a phone with what East Asian keyboards write between digits: %s', (phone) =>
  expect(redactText(`請電 ${phone} 謝謝`, 'TW')).toMatch(/^請電 （?\[phone\] 謝謝$/),
);

test.each(['2026-01-01 2026-12-31', 'Sale 01/01/2026-02/02/2026', '20-11-2026 - 02-12-2026'])(
  'two dates are no phone: %s',
  (dates) => expect(redactText(dates, 'TW')).toBe(dates),
);

test('a phone behind a date is one', () =>
  expect(redactText('2026-11-28 0912-345-678', 'TW')).toBe('2026-11-28 [phone]'));
