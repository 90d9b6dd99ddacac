/**
 * Values as senders write them, each with what a person reads there. Made from the value that is meant, so that nothing
 * is read back: this shares no code with the collector.
 */
export interface Written {
  sent: unknown;
  /** Undefined where nothing is said, or where two persons would not read the same. */
  reads: unknown;
  /** What it may be instead: an id as it was written, the shop's own currency. */
  also?: string;
  /** Anybody reads it: it may not be left out. */
  isPlain: boolean;
}

const plain = (reads: unknown, ...sent: unknown[]): Written[] =>
  sent.map((sent) => ({ sent, reads, isPlain: true }));
/** With some thought: it may be left out, and may not become another. */
const legible = (reads: unknown, ...sent: unknown[]): Written[] =>
  sent.map((sent) => ({ sent, reads, isPlain: false }));
const saysNothing = (...sent: unknown[]): Written[] => legible(undefined, ...sent);
/** What JSON.stringify would not write. */
const raw = (text: string) => `%RAW:${text}%`;
/** JSON with what `raw` stands for. */
export const json = (value: unknown): string => JSON.stringify(value).replace(/"%RAW:([^"%]*)%"/g, '$1');

const EMPTY = [null, '', ' ', [], {}, [[]], [null], [{}], '[]', '{}', 'null'];
/** True for what says that there is nothing. */
export const isEmpty = (sent: unknown): boolean => EMPTY.includes(sent as (typeof EMPTY)[number]);
const PLACEHOLDERS = [
  ...[
    'undefined',
    'null',
    'NaN',
    'none',
    'n/a',
    'N/A',
    '(not set)',
    '[object Object]',
    ' Undefined ',
    'True',
  ],
  ...['{{ order.id }}', '%%ORDER%%', '__ORDER__', `$${'{order.id}'}`, true, false],
];
const LONG = '茶'.repeat(3_000);
const TOO_LARGE = ['1e999', '1e21', '123456789012345678901', '-1e300'].map(raw);
const NO_NUMBERS = [
  ...EMPTY,
  ...PLACEHOLDERS,
  raw('1e999'),
  ...['free', 'twelve', '-', '.', ',', '12:30', '0x13', '0b11', '2 x 9.50', '3+4', '1/3', '50%', 'Infinity'],
  ...['19.99.1', '1,2345.00', '12,34,5', '1.299.00', '2026-11-28', '192.168.0.1', '5 of 9', '\u0000', LONG],
  ...[[1, 2], { a: 1 }, '[1,2]', '1e999', '9'.repeat(40)],
];

/** Numbers, if not of any shop. */
const ABSURD = [1e21, -1e300, 2 ** 53 + 2].flatMap((number) => legible(number, number));

/** `0.1999e2`: a decimal of Ruby. */
function scientific(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '').replace(/0+$/, '');
  const exponent = whole === '0' ? -(/^0*/.exec(fraction)?.[0].length ?? 0) : whole.length;
  return digits === '' ? '0.0' : `0.${digits}e${exponent}`;
}

/** @param amount above 0, with two decimals at most. */
export function amounts(amount: number): Written[] {
  const decimal = amount.toFixed(2);
  const [whole = '', cents] = decimal.split('.');
  const grouped = (by: string) => whole.replace(/\B(?=(\d{3})+$)/g, by);
  const wide = [...decimal].map((sign) =>
    sign === '.' ? '．' : String.fromCharCode(sign.charCodeAt(0) + 0xfee0),
  );
  return [
    ...plain(
      amount,
      amount,
      `${amount}`,
      decimal,
      `${decimal}00`,
      ` ${decimal} `,
      `${decimal}\n`,
      scientific(decimal),
    ),
    ...plain(amount, raw(decimal), raw(amount.toExponential())),
    ...legible(
      amount,
      `+${decimal}`,
      `${whole},${cents}`,
      `${grouped(',')}.${cents}`,
      `${grouped('.')},${cents}`,
    ),
    ...legible(
      amount,
      `${grouped(' ')},${cents}`,
      `${grouped('\u00a0')},${cents}`,
      `${grouped("'")}.${cents}`,
    ),
    ...legible(
      amount,
      `$${decimal}`,
      `NT$${grouped(',')}.${cents}`,
      `${decimal} USD`,
      `USD ${decimal}`,
      `${decimal}€`,
    ),
    ...legible(
      amount,
      [amount],
      [decimal],
      { amount: decimal },
      { value: amount },
      `{"amount":"${decimal}"}`,
    ),
    ...legible(amount, wide.join(''), amount.toExponential()),
    ...legible(-amount, `(${decimal})`, `-${decimal}`, `−${decimal}`, `${decimal}-`, -amount),
    ...[...ABSURD, ...saysNothing(...NO_NUMBERS)],
  ];
}

export const quantities = (quantity: number): Written[] => [
  ...plain(quantity, quantity, `${quantity}`, ` ${quantity} `, `${quantity}.0`, scientific(`${quantity}.0`)),
  ...plain(quantity, raw(`${quantity}.0`), raw(`${quantity}e0`)),
  ...legible(
    quantity,
    `${quantity} pcs`,
    `x${quantity}`,
    `${quantity}x`,
    `${quantity},0`,
    [quantity],
    [`${quantity}`],
  ),
  ...legible(quantity, { value: quantity }),
  ...legible(-quantity, -quantity, `-${quantity}`),
  ...[...ABSURD, ...saysNothing(...NO_NUMBERS)],
];

const NUMBER = /^[1-9]\d{0,14}$/;

/** An id is what is written: more of it is no other id. */
export function ids(id: string): Written[] {
  const kept = (sent: string): Written => ({ sent, reads: id, also: sent, isPlain: false });
  return [
    ...plain(id, id, ` ${id} `, `${id}\n`),
    ...(NUMBER.test(id) ? plain(id, Number(id), raw(`${id}.0`)) : []),
    ...[kept(`#${id}`), kept(`gid://shop/Order/${id}`), kept(`["${id}"]`), kept(`{"id":"${id}"}`)],
    ...legible(id, [id], { id }, { value: id }, [[id]], [{ id }]),
    ...saysNothing(
      ...EMPTY,
      ...PLACEHOLDERS,
      ...TOO_LARGE,
      raw('9007199254740993'),
      raw('-9007199254740995'),
    ),
    ...saysNothing('0', 0, '-1', -1, 12.5, '9'.repeat(600), LONG, { a: {} }, [1, 2], '0.0'),
  ];
}

/** @param ms a whole minute. */
export function times(ms: number): Written[] {
  const iso = new Date(ms).toISOString();
  const date = iso.slice(0, 10);
  const time = iso.slice(11, 19);
  const taipei = new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19);
  return [
    ...plain(ms, iso, `${date}T${time}Z`, `${date}T${time}`, `${date}T${time}+00:00`, `${date}T${time}+0000`),
    ...plain(
      ms,
      `${taipei}+08:00`,
      `${taipei}+0800`,
      `${date}T${time}.000000Z`,
      `${date}T${time}.000000000Z`,
    ),
    ...plain(
      ms,
      `${date}T${time},000Z`,
      `${date}T${time.slice(0, 5)}Z`,
      `${date} ${time}`,
      `${date} ${time} UTC`,
    ),
    ...plain(ms, ms, ms / 1000, `${ms}`, `${ms / 1000}`, new Date(ms).toUTCString(), ` ${iso} `),
    ...plain(Date.parse(`${date}T00:00:00Z`), date),
    ...legible(ms, `${date}T${time}.000:Z`, [iso], {
      date: `${date} ${time}.000000`,
      timezone_type: 3,
      timezone: 'UTC',
    }),
    ...legible(ms, `${date}T${time}[UTC]`, `"${iso}"`, new Date(ms).toString(), `${ms * 1000}`),
    ...saysNothing(
      ...EMPTY,
      ...PLACEHOLDERS,
      ...TOO_LARGE,
      'now',
      'yesterday',
      0,
      -1,
      12,
      '12',
      2026,
      '2026',
      LONG,
    ),
    ...saysNothing('0001-01-01T00:00:00Z', '1970-01-01T08:33:46+08:00', '0000-00-00 00:00:00', '1899-12-30'),
    ...saysNothing(`${date}T25:61:00Z`, '2026-13-45', '9999-12-31T23:59:59Z', '28.11.', '12/11/10'),
  ];
}

/** @param own of the shop: a backend that states none means it. */
export const currencies = (code: string, own: string): Written[] => [
  ...plain(code, code, code.toLowerCase(), ` ${code} `, `${code}\n`),
  ...legible(code, [code], { code }, `${code}.`).map((written) => ({ ...written, also: own })),
  ...legible(own, ...EMPTY, '$', 'NT$', 'Coins', 840, '840', true, 'undefined', '{{currency}}', 'XXXX', LONG),
];

/** Lists of objects, as a whole; each object may itself have been written in another way. */
export function lists(items: readonly object[]): Written[] {
  const keyed = (from: number, step: number) =>
    Object.fromEntries(items.map((item, index) => [from + index * step, item]));
  return [
    ...plain(items, items, keyed(0, 1), keyed(1, 2), json(items)),
    ...plain(items, [null, ...items], [...items, 'x'], [...items, []], [...items, 5, {}]),
    ...legible(items, [items], { items }, json(json(items)), json(keyed(1, 2))),
    ...(items.length === 1 ? legible(items, items[0], json(items[0])) : []),
    ...saysNothing(...EMPTY, 5, true, 'tea', LONG, '[{"product_id":', '{"product_id"'),
  ];
}

/** In the place of an id that is made for each message: what two messages may both have. */
export const NO_IDS: readonly Written[] = saysNothing(...EMPTY, ...PLACEHOLDERS, ...TOO_LARGE, LONG, {
  a: 1,
});

/** In the place of a text or an object from which nothing is expected but that it does not take its message with it. */
export const ANYTHING: readonly Written[] = saysNothing(
  ...[...EMPTY, ...PLACEHOLDERS, ...TOO_LARGE],
  ...[
    5,
    -1.5,
    'x',
    LONG,
    '{"a":1}',
    '{"a":',
    [1, 'a', null],
    { a: { b: [] } },
    ['a'],
    '\u0000',
    raw('"\\ud800"'),
  ],
  JSON.parse(`${'{"a":['.repeat(8)}1${']}'.repeat(8)}`),
);
