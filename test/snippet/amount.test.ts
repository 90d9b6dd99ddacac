import { describe, expect, test } from 'vitest';
import { readAmount } from '../../client/snippet/amount.ts';

/** As shops write it, the number that is meant, and the currency where that decides. */
const WRITTEN: [written: unknown, amount: number, currency?: string][] = [
  [12.5, 12.5],
  [0, 0],
  ['12.50', 12.5],
  ['0', 0],
  ['12,50', 12.5],
  ['12.345', 12.345],
  ['12.5000', 12.5],
  // Signs and words of currencies, also with points in them.
  ['Rs. 1,299.00', 1299],
  ['Rs.99', 99],
  ['S/. 49.90', 49.9],
  ['S/.49.90', 49.9],
  ['B/.1,299.00', 1299],
  ['kr. 129,00', 129],
  ['12,50 лв.', 12.5],
  ['د.إ.‏ ١٬٢٩٩٫٥٠', 1299.5],
  ['NT$1,280', 1280],
  ['HK$1,299.00', 1299],
  ['Preis: 12,50 €', 12.5],
  ['12.50 €/kg', 12.5],
  ['$1,299.00*', 1299],
  ['10 Kč', 10],
  ['12€50', 12.5],
  ['1 299$50', 1299.5],
  // Groups of digits.
  ['1,280', 1280],
  ['1,280.50', 1280.5],
  ['1.280,00 €', 1280],
  ['1 280,50', 1280.5],
  ['1,234,567.89', 1_234_567.89],
  ['₹1,29,999.00', 129_999],
  ["CHF 1'299.00", 1299],
  ['CHF 1’299.50', 1299.5],
  ['1\u00a0299,00\u00a0€', 1299],
  ['1\u202f299,00 €', 1299],
  ['0,999', 0.999],
  // Other digits.
  ['١٢٩٫٥٠', 129.5],
  ['۱۲٬۹۹۹', 12_999],
  ['१,२९,९९९.००', 129_999],
  ['১,২৯৯.৫০', 1299.5],
  ['၁,၂၉၉', 1299],
  ['￥１，２９９', 1299],
  // Without decimals.
  ['129:-', 129],
  ['129,-', 129],
  ['129,--', 129],
  ['1.299,–', 1299],
  ['Fr. 129.–', 129],
  // The currency decides.
  ['KWD 1.299', 1.299],
  ['1.299', 1.299, 'KWD'],
  ['1,299', 1.299, 'TND'],
  ['KD 1,299.000', 1299, 'KWD'],
  ['1.299', 1299, 'CLP'],
  ['¥1.299', 1299, 'JPY'],
  ['¥1,299', 1299, 'JPY'],
  ['1299.00', 1299, 'JPY'],
  ['€1.299', 1299, 'EUR'],
  // Negative.
  ['-$12.50', -12.5],
  ['−12,50 kr', -12.5],
  ['CHF-10.00', -10],
  ['(€10.00)', -10],
  // Ranges.
  ['$10.00 – $20.00', 10],
  ['$10.00 USD – $20.00 USD', 10],
  ['10 € – 20 €', 10],
  ['10–20 €', 10],
  ['NT$1,280 ~ NT$1,580', 1280],
  ['From $10', 10],
  ['From $10 to $20', 10],
  ['€ 10 bis € 20', 10],
];
test.each(WRITTEN)('%j is %d', (written, amount, currency) => {
  expect(readAmount(written, currency)).toBe(amount);
});

test.each([
  undefined,
  null,
  true,
  {},
  '',
  ' ',
  'free',
  'on request',
  'Was $20 Now $10',
  'Was $20 – Now $10',
  '$20 – $10',
  'Pack of 2 - $5',
  '50% off',
  '٥٠٪',
  '$5 off',
  '8折',
  '2 for $5',
  '2024-12-05',
  '05.12.2024',
  '12/05/2024',
  'Dec 5, 2024',
  '12:30',
  '555-1234',
  '+1 555 123 4567',
  '(02) 2345-6789',
  '0912345678',
  '99¢',
  '99p',
  '10k',
  '12万',
  '129-',
  '19⁹⁹',
  '1.2.3',
  '1,2,3',
  '0x10',
  '99999999999999999',
  `$${'9'.repeat(200)}`,
])('%j is none, or not surely one', (written) => {
  expect(readAmount(written)).toBeUndefined();
});

/** Where each is used; in its own language. Others are written in the languages of the others. */
const HOMES: Readonly<Record<string, string[]>> = {
  AED: ['ar-AE', 'en-AE'],
  AFN: ['fa-AF', 'ps'],
  ARS: ['es-AR'],
  AUD: ['en-AU'],
  BDT: ['bn-BD'],
  BGN: ['bg'],
  BHD: ['ar-BH'],
  BRL: ['pt-BR'],
  BTN: ['dz'],
  CAD: ['en-CA', 'fr-CA'],
  CHF: ['de-CH', 'fr-CH', 'it-CH'],
  CLP: ['es-CL'],
  CNY: ['zh-CN'],
  COP: ['es-CO'],
  CRC: ['es-CR'],
  CVE: ['pt-CV', 'kea'],
  CZK: ['cs'],
  DKK: ['da'],
  DZD: ['ar-DZ', 'fr-DZ'],
  EGP: ['ar-EG'],
  EUR: [
    'de',
    'de-AT',
    'el',
    'es',
    'et',
    'fi',
    'fr',
    'ga',
    'hr',
    'it',
    'lt',
    'lv',
    'mt',
    'nl',
    'pt-PT',
    'sk',
    'sl',
  ],
  GBP: ['en-GB', 'cy'],
  GEL: ['ka'],
  HKD: ['zh-HK', 'en-HK'],
  HUF: ['hu'],
  IDR: ['id'],
  ILS: ['he', 'ar-IL'],
  INR: ['en-IN', 'hi', 'bn-IN', 'ta', 'te', 'mr', 'gu', 'kn', 'ml', 'pa'],
  IQD: ['ar-IQ', 'ckb'],
  IRR: ['fa-IR'],
  ISK: ['is'],
  JOD: ['ar-JO'],
  JPY: ['ja', 'ja-u-nu-fullwide'],
  KHR: ['km'],
  KRW: ['ko'],
  KWD: ['ar-KW', 'en-KW'],
  LAK: ['lo'],
  LKR: ['si', 'ta-LK'],
  LYD: ['ar-LY'],
  MAD: ['ar-MA', 'fr-MA'],
  MMK: ['my'],
  MXN: ['es-MX'],
  MYR: ['ms', 'en-MY'],
  NGN: ['en-NG', 'ha', 'yo'],
  NOK: ['nb', 'nn'],
  NPR: ['ne'],
  NZD: ['en-NZ'],
  OMR: ['ar-OM'],
  PEN: ['es-PE'],
  PHP: ['fil', 'en-PH'],
  PKR: ['ur-PK', 'en-PK'],
  PLN: ['pl'],
  PYG: ['es-PY'],
  QAR: ['ar-QA'],
  RON: ['ro'],
  RSD: ['sr', 'sr-Latn'],
  RUB: ['ru'],
  SAR: ['ar-SA'],
  SEK: ['sv'],
  SGD: ['en-SG', 'zh-SG'],
  THB: ['th'],
  TND: ['ar-TN', 'fr-TN'],
  TRY: ['tr'],
  TWD: ['zh-TW', 'en-TW'],
  UAH: ['uk'],
  USD: ['en-US', 'es-US'],
  UYU: ['es-UY'],
  UZS: ['uz', 'uz-Cyrl'],
  VND: ['vi'],
  XAF: ['fr-CM'],
  XOF: ['fr-SN'],
  ZAR: ['en-ZA', 'af', 'zu'],
};
const AMOUNTS = [0, 0.5, 1.05, 9.99, 12.5, 999, 1000, 1299, 1280.5, 12_999, 129_999.99, 1_234_567.89];
const STYLES = ['symbol', 'narrowSymbol', 'code', 'name'] as const;

/** What is read of everything that `Intl` writes for a currency in these languages, where it is not what was written. */
const misread = (currency: string, locales: readonly string[], currencySign: 'standard' | 'accounting') => {
  const wrong: unknown[] = [];
  let missing = 0;
  let count = 0;
  for (const locale of locales)
    for (const currencyDisplay of STYLES) {
      const format = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        currencyDisplay,
        currencySign,
      });
      const digits = format.resolvedOptions().maximumFractionDigits;
      for (const amount of AMOUNTS.flatMap((each) => [each, -each])) {
        const rounded = Number(amount.toFixed(digits));
        if (Object.is(rounded, -0)) continue;
        const written = format.format(rounded);
        const read = readAmount(written, currency);
        count++;
        if (read === undefined) missing++;
        else if (read !== rounded) wrong.push([locale, written, rounded, read]);
      }
    }
  return { wrong, missing, count };
};

describe('what Intl writes reads back', () => {
  test.each(Object.entries(HOMES))('%s in its home, all of it', (currency, locales) => {
    for (const sign of ['standard', 'accounting'] as const)
      expect(misread(currency, locales, sign)).toMatchObject({ wrong: [], missing: 0 });
  });

  const FAR = ['en', 'de', 'fr', 'ar-EG', 'hi', 'my', 'de-CH', 'pt-BR', 'zh-TW', 'ja'];
  test('every currency anywhere, but for the few whose names contain years', () => {
    const results = Intl.supportedValuesOf('currency').map((currency) => misread(currency, FAR, 'standard'));
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
    const sum = (field: 'missing' | 'count') => results.reduce((total, result) => total + result[field], 0);
    expect(sum('missing') / sum('count')).toBeLessThan(0.005);
  });
});
