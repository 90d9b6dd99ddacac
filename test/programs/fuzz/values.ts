import fc from 'fast-check';
import { CLEAR_DOMAIN } from '../../support/fleet-messages.ts';

/** What JSON.stringify would not write, by the text that stands for it until the body is written. */
const RAW: Readonly<Record<string, string>> = {
  '"%PROTO%"': '"__proto__"',
  '"%NAN%"': 'NaN',
  '"%INFINITY%"': '-Infinity',
  '"%BEYOND%"': '1e999',
  '"%LONE%"': '"\\ud800x"',
  '"%TWICE%":0': '"event":"first","event":"second","messageId":"same-9"',
};

/** Given only where the contract knows a phone by its name; no log may hold them in clear. */
export const PHONES = [
  '0912345001',
  '+886912345002',
  '00886912345003',
  '(09) 1234-5004',
  '０９１２３４５００５',
];
/** Any of them in clear, spelled without blanks and brackets. */
export const PHONE_DIGITS = /(?<![\da-f])(?:09|\+?8869|008869)1234500[1-5](?![\da-f])/;

export const email = fc
  .tuple(
    fc.nat(9_999),
    fc.constantFrom(
      '',
      'write to ',
      '<',
      'https://shop.example/?email=',
      'https://shop.example/?u=a&q=',
      'mailto:',
      '{"m":"',
      '\n',
    ),
    fc.constantFrom('@', '@', '%40', '%2540'),
  )
  .map(([number, before, at]) => `${before}shopper-${number}${at}${CLEAR_DOMAIN}`);
export const time = fc.constantFrom(
  '2026-03-01T00:00:00Z',
  '2026-03-01T08:00:00+08:00',
  '2026-03-01T00:00:00',
  '9999-12-31T23:59:59Z',
  '0001-01-01T00:00:00Z',
);
export const text = fc.oneof(
  { weight: 12, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 4, arbitrary: email },
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom('%BEYOND%', '%LONE%') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "'); DROP TABLE events; --",
      '</script>',
      '{{x}}',
      '\u0000',
      '\u001b[2J',
      '%',
      '',
    ),
  },
);
const deep = (levels: number) => JSON.parse(`${'{"a":['.repeat(levels)}1${']}'.repeat(levels)}`) as unknown;
const leaf = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  -0,
  -1,
  1e308,
  2 ** 53,
  5e-324,
  [],
  {},
  [[]],
  [null],
);
export const small = fc.oneof({ weight: 10, arbitrary: text }, { weight: 3, arbitrary: leaf });
export const large = fc.oneof(
  fc.constantFrom(20, 40, 2_000).map(deep),
  fc.constantFrom(300, 9_000, 33_000).map((bytes) => '茶'.repeat(bytes / 3)),
  fc.constantFrom('%NAN%', '%INFINITY%'),
  fc.jsonValue({ maxDepth: 3 }),
);
export const weird = fc.oneof({ weight: 3, arbitrary: small }, { weight: 1, arbitrary: large });
/** Nearly always what belongs there. */
export const field = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 60, arbitrary: good }, { weight: 1, arbitrary: weird });

/** The value as JSON, with everything JSON.stringify would not write. */
export const written = (value: unknown) =>
  Object.entries(RAW).reduce((text, [sign, raw]) => text.replaceAll(sign, raw), JSON.stringify(value));
