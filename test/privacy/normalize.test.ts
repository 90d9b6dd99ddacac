import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digest } from '../../server/privacy/hash.ts';
import {
  normalizeCountry,
  normalizeEmail,
  normalizeName,
  normalizePhone,
  normalizePlace,
  normalizeText,
  normalizeZip,
} from '../../server/privacy/normalize.ts';

/** What leaves for a field: undefined, or the digest of the normalised value. */
const hashed = (normalized: string | undefined) => normalized && digest(normalized);
const inUs = (value: unknown) => normalizePhone(value, 'US');
const id = (value: unknown) => String(value).trim();

describe('the advertising platform and we compute the same digest', () => {
  test.each([
    [
      1,
      normalizeEmail,
      ' ALICE_abc@gmail.com ',
      '848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f',
    ],
    [2, inUs, '(+1)2133734253', '9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd'],
    [3, id, 'user_123', '80fba0ae1c48e3978e43e4efc365e14e12ea0c830ba8ba5b9a2dafc7e3f2ab8b'],
    [
      4,
      normalizeEmail,
      'test@TEST.com\n',
      'f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a',
    ],
    [5, id, ' UserABC', 'cf1c946b7e2c680eae1b76b911030ab8fa12f296c19b906e1896d7f88351c46e'],
    [6, id, 'userabc', 'be8ad092983c623b89adeac08d12e718e64443d54e06e6e81b61ec48f06d0b76'],
    [7, id, 'testid123', '481f202262e9c5ccc48d24e60798fadaa5f6ff1f8369f7ab927c04c3aa682a7f'],
    [8, inUs, '+1555-555-5555', '910a625c4ba147b544e6bd2f267e130ae14c591b6ba9c25cb8573322dedbebd0'],
    [13, inUs, '0044 20 7946 0958', 'f0bf0228144d9fe2bdf1da2d8ca698f17bf1410ee688b075c27062e47b6f0b6d'],
    [14, inUs, '+86 138 0000 0000', 'cc0058bc7784ae0358acf0c091025c7a69d400e148d8688badfa029c9f8c686e'],
    [
      17,
      normalizeEmail,
      'First.Last+promo@Gmail.com',
      '3d7c8bbb018ba7059d68d92379245d5b07abf245a94e9d1c3020035142e3db22',
    ],
    [
      18,
      normalizeEmail,
      'bugsbunny@warnerbros.com',
      '67e28cdcc3e845d3a4da05ca9fe5ddb7320a83b4cc2167f0555a3b04f63511e3',
    ],
    [
      19,
      id,
      '67E28CDCC3E845D3A4DA05CA9FE5DDB7320A83B4CC2167F0555A3B04F63511E3',
      '67e28cdcc3e845d3a4da05ca9fe5ddb7320a83b4cc2167f0555a3b04f63511e3',
    ],
    [20, normalizeName, ' test', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    [21, normalizeName, 'user ', '04f8996da763b7a969b1028ee3007569eaf3a635486ddab211d512c85b9df8fb'],
    [22, normalizeName, 'Anne-Marie', '67495eb5715de43c26f7c18b25cc7f62a7540236516bd59d5162a6f743598083'],
    [23, normalizeName, 'José', 'd994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866'],
    [
      23,
      normalizeName,
      'José'.normalize('NFD'),
      'd994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866',
    ],
    [25, normalizeZip, ' US - 1234-', '24be91484198aa2d1862b25d9513721efa9821a1cdc73eaa3ba17231d51248b1'],
    [26, normalizeZip, 'SW1A 1AA', '830e1d4b9838bab1f5c2acdb23e0b502ff13a9832c4632e8d67a1d43d3b7f614'],
    [27, id, 123, 'a665a45920422f9d417e4867efdc4fb8a04a1f3fff1fa07e998e86f7f7a27ae3'],
    [
      28,
      id,
      'f0e388f53921a51f0bb0fc8a2944109ec188b5',
      '3e0c7a51acd326b87f29596e38c22cbeb732df37bc5c8f5f524c14b55d3472db',
    ],
  ])('vector %i', (_, normalize, input, expected) => {
    expect(hashed(normalize(input))).toBe(expected);
  });

  test.each([
    [9, '12345678901234'],
    [10, '+1234567890'],
    [16, '+123456789012345'],
  ])('vector %i is no possible number, so nothing leaves', (_, input) => {
    for (const country of ['US', 'TW', 'GB', 'DE', 'JP', 'SG', 'BR']) {
      expect(normalizePhone(input, country)).toBeUndefined();
    }
  });

  test.each([
    [11, inUs('12133734253'), '1f81adb30e11317806be982cc82769fbf8627833a89dd87cb24d282f71828830'],
    [12, inUs('  1231231234  '), '065f45b37b5dad20b5a67158468161cdf35b1ae3cda2a666e7852feab7424897'],
    [15, inUs('+86 138 0000 0000'), '359ea74a80a57accd42a7311ed96eca04f3e631d0ab34ea76808c543240d8a68'],
    [24, normalizeZip(' US - 1234-'), '2a29b91aca86ff48c3defb1bbc2d33bf1da5ee5a235391322478fe7ff4503b77'],
  ])('vector %i is how others get it wrong', (_, normalized, wrong) => {
    expect(normalized).toBeDefined();
    expect(hashed(normalized)).not.toBe(wrong);
  });

  test.each([
    normalizeEmail,
    inUs,
    normalizeName,
    normalizeZip,
    normalizePlace,
    normalizeCountry,
    normalizeText,
  ])('vector 29: %o leaves a blank value out', (normalize) => {
    for (const blank of ['', '   ', '\n\t', '\u3000', null, undefined])
      expect(normalize(blank)).toBeUndefined();
  });
});

const PHONES: Record<string, { is: string; typed: unknown[] }[]> = {
  TW: [
    {
      is: '+886912345678',
      typed: [
        '0912345678',
        '0912-345-678',
        '(0912) 345 678',
        '912345678',
        912345678,
        '886912345678',
        '+886 912 345 678',
        '+886 0912 345 678',
        '+886(0)912345678',
        '(+886) 912-345-678',
        '00886 912 345 678',
        '００８８６９１２３４５６７８',
        '０９１２－３４５－６７８',
        '＋８８６９１２３４５６７８',
        '0912345678 ext. 12',
        '0912345678#12',
        '\u202a0912345678\u202c',
        'tel:+886912345678',
      ],
    },
    {
      is: '+886223456789',
      typed: ['(02) 2345-6789', '02-2345-6789#123', '02-2345-6789 分機 12', '+886 2 2345 6789 轉12'],
    },
  ],
  US: [
    {
      is: '+12133734253',
      typed: [
        '2133734253',
        '(213) 373-4253',
        '213.373.4253',
        '12133734253',
        '1 (213) 373-4253',
        '+1 213 373 4253',
        '001 213 373 4253',
        '２１３３７３４２５３',
        '213-373-4253 x99',
        2133734253,
      ],
    },
    { is: '+886912345678', typed: ['+886912345678', '00886912345678', '011 886 912 345 678'] },
  ],
  GB: [
    {
      is: '+442079460958',
      typed: [
        '020 7946 0958',
        '20 7946 0958',
        '(020) 7946 0958',
        '+44 20 7946 0958',
        '+44 (0)20 7946 0958',
        '0044 20 7946 0958',
        '4402079460958',
        '442079460958',
        '０２０７９４６０９５８',
        '020 7946 0958 ext 5',
      ],
    },
  ],
  DE: [
    {
      is: '+4915123456789',
      typed: [
        '0151 23456789',
        '0151/23456789',
        '151 23456789',
        '4915123456789',
        '49 151 23456789',
        '+49 151 23456789',
        '+49 (0) 151 23456789',
        '0049 151 23456789',
        '０１５１２３４５６７８９',
        '0151 23456789 ext. 3',
      ],
    },
  ],
  JP: [
    {
      is: '+819012345678',
      typed: [
        '090-1234-5678',
        '09012345678',
        '9012345678',
        '819012345678',
        '+81 90 1234 5678',
        '+81 (0)90-1234-5678',
        '0081 90 1234 5678',
        '０９０－１２３４－５６７８',
        '090-1234-5678 内線 12',
        '090-1234-5678 #12',
      ],
    },
  ],
  CN: [
    {
      is: '+8613800000000',
      typed: [
        '13800000000',
        '138 0000 0000',
        '138-0000-0000',
        '013800000000',
        '8613800000000',
        '+86 138 0000 0000',
        '0086 138 0000 0000',
        '１３８００００００００',
        '13800000000 转 5',
        13800000000,
      ],
    },
    { is: '+861012345678', typed: ['010-12345678', '(010) 1234 5678'] },
  ],
  SG: [
    {
      is: '+6591234567',
      typed: [
        '91234567',
        '9123 4567',
        '9123-4567',
        '6591234567',
        '65 9123 4567',
        '+65 9123 4567',
        '0065 9123 4567',
        '(65) 91234567',
        '９１２３４５６７',
        '9123 4567 ext 8',
        91234567,
      ],
    },
  ],
  BR: [
    {
      is: '+5511987654321',
      typed: [
        '(11) 98765-4321',
        '11987654321',
        '011 98765-4321',
        '0 15 11 98765-4321',
        '5511987654321',
        '+55 11 98765-4321',
        '+55 (011) 98765-4321',
        '0055 11 98765 4321',
        '１１９８７６５４３２１',
        '(11) 98765-4321 ext. 4',
      ],
    },
  ],
};
const phoneRows = Object.entries(PHONES).flatMap(([country, numbers]) =>
  numbers.flatMap(({ is, typed }) => typed.map((value) => ({ country, typed: value, is }))),
);

describe('a phone number means the same person, however it was typed', () => {
  test.each(phoneRows)('shop in $country: $typed → $is', ({ country, typed, is }) => {
    expect(normalizePhone(typed, country)).toBe(is);
    expect(normalizePhone(typed, country.toLowerCase())).toBe(is);
    expect(normalizePhone(is, country)).toBe(is);
  });

  test.each(Object.keys(PHONES))('shop in %s: what is no phone number is left out', (country) => {
    const garbage = [
      'abc',
      'n/a',
      '-',
      '+',
      '1',
      '12',
      '0000000000',
      '9'.repeat(5000),
      '٩',
      true,
      {},
      [],
      Number.NaN,
    ];
    for (const value of garbage) expect(normalizePhone(value, country)).toBeUndefined();
  });

  test('a shop whose country is unknown still understands international numbers', () => {
    expect(normalizePhone('+886912345678', 'XX')).toBe('+886912345678');
    expect(normalizePhone('0912345678', 'XX')).toBeUndefined();
  });
});

test.each([
  ['alice%40shop.example', 'alice@shop.example'],
  ['Alice%252Btag%2540shop.example', 'alice+tag@shop.example'],
  ['"john doe"@shop.example', '"john doe"@shop.example'],
  ['用戶@例子.台灣', '用戶@例子.台灣'],
  ["o'brien&co@shop.example", "o'brien&co@shop.example"],
  ['alice', undefined],
  ['alice@localhost', undefined],
  ['alice@@shop.example', undefined],
  ['Alice <alice@shop.example>', undefined],
  ['%E0%A4%A', undefined],
  [12, undefined],
])('email %s → %s', (typed, expected) => {
  expect(normalizeEmail(typed)).toBe(expected);
});

test.each([
  [normalizeName, "O'Brien Jr.", 'obrienjr'],
  [normalizeName, '陳 小明', '陳小明'],
  [normalizeName, '-', undefined],
  [normalizePlace, 'São Paulo', 'sãopaulo'],
  [normalizePlace, 'New Taipei-City', 'newtaipeicity'],
  [normalizePlace, 'alice@shop.example', undefined],
  [normalizePlace, 'alice%40shop.example', undefined],
  [normalizeZip, '94107-1234', '94107'],
  [normalizeZip, '１００-０００１', '1000001'],
  [normalizeZip, 11011, '11011'],
  [normalizeZip, ' - ', undefined],
  [normalizeCountry, ' TW', 'tw'],
  [normalizeCountry, 'UK', 'gb'],
  [normalizeCountry, 'Taiwan', undefined],
  [normalizeText, ' No. 1,\n Main  St ', 'no. 1, main st'],
])('%o: %s → %s', (normalize, typed, expected) => {
  expect(normalize(typed)).toBe(expected);
});

test.each([normalizeEmail, normalizeName, normalizePlace, normalizeZip, normalizeCountry, normalizeText])(
  '%o: what is normalised stays as it is, so the same person has one digest',
  { tags: ['slow'] },
  (normalize) => {
    const typed = fc.oneof(fc.string({ unit: 'grapheme' }), fc.emailAddress(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(typed, (value) => {
        const once = normalize(value);
        expect(once === undefined ? undefined : normalize(once)).toBe(once);
      }),
    );
  },
);
