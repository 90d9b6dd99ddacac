import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../server/config/config.ts';
import { readConfig } from '../../server/config/read.ts';
import { SANDBOX_CREDENTIALS } from '../../server/sandbox/index.ts';
import { SHOP_POLICY } from '../support/shop.ts';
import { fromEnv, LEAST, problemsOf as problems, read, TIKTOK } from './support.ts';

const { tiktok, customerio, shopline } = SANDBOX_CREDENTIALS;
const CUSTOMERIO = { CUSTOMERIO_API_KEY: customerio.apiKey };
const SHOPLINE = {
  SHOPLINE_HANDLE: shopline.handle,
  SHOPLINE_ACCESS_TOKEN: shopline.accessToken,
  SHOPLINE_CDP_CHANNEL_ID: shopline.channelId,
};
/** The smallest shop, without a destination. */
const SHOP = { WRITE_KEY: 'key-0001', ...SHOP_POLICY };
const PII_KEY = randomBytes(32).toString('base64');

const settings = (config: Config, name: string, shop = 0) =>
  config.shops[shop]?.destinations.find(({ destination }) => destination.name === name)?.settings;

describe('what is not said has its documented default', () => {
  test('of the program', () => {
    expect(read(LEAST)).toMatchObject({
      port: 8787,
      host: '0.0.0.0',
      adminPort: undefined,
      dataDir: './data',
      databaseUrl: undefined,
      publicUrl: undefined,
      trustProxy: undefined,
      adminToken: undefined,
      logLevel: 'info',
      retentionMs: 30 * 86_400_000,
      rateLimitPerMinute: 600,
      piiKeys: [],
    });
  });

  test('of the shop', () => {
    expect(read(LEAST).shops).toMatchObject([
      { writeKey: 'key-0001', country: 'TW', consentDefault: false, consentCategories: {}, bots: 'skip-ads' },
    ]);
  });

  test('of the destinations', () => {
    const config = read({ ...LEAST, ...CUSTOMERIO, ...SHOPLINE });
    expect(settings(config, 'tiktok')).toMatchObject({
      endpoint: 'https://business-api.tiktok.com',
      testEventCode: undefined,
      contentId: 'variant_id',
      events: {},
    });
    expect(settings(config, 'customerio')).toMatchObject({ region: 'us', pii: 'hashed' });
    expect(settings(config, 'shopline')).toMatchObject({
      apiVersion: 'v20260301',
      pii: 'hashed',
      endpoint: 'https://sandbox.myshopline.com',
      eventCodes: { 'Order Completed': { code: 'Z_sale_order' } },
    });
  });

  test('a blank variable is one not said', () => {
    const blank = {
      PORT: '',
      HOST: ' ',
      ADMIN_TOKEN: '',
      TRUST_PROXY: '',
      PII_KEY: '',
      BOTS: '',
      CUSTOMERIO_API_KEY: ' ',
      CONFIG_FILE: '',
    };
    expect(read({ ...LEAST, ...blank })).toEqual(read(LEAST));
  });

  test('SHOPLINE is on only when handle, token and channel are all said, and then what is missing is named', () => {
    expect(read(LEAST).shops[0]?.destinations.map(({ destination }) => destination.name)).toEqual(['tiktok']);
    expect(problems({ ...LEAST, SHOPLINE_CDP_CHANNEL_ID: '1' }).join()).toMatch(
      /SHOPLINE_HANDLE is missing.*SHOPLINE_ACCESS_TOKEN is missing/s,
    );
    const noChannel = read({
      ...LEAST,
      SHOPLINE_HANDLE: 'tea',
      SHOPLINE_ACCESS_TOKEN: 'token-of-the-tea-shop',
    });
    expect(noChannel.shops[0]?.destinations.map(({ destination }) => destination.name)).toEqual(['tiktok']);
  });
});

describe('what is said is understood', () => {
  test.each([
    { variable: 'TRUST_PROXY', text: '2', field: 'trustProxy', value: 2 },
    { variable: 'TRUST_PROXY', text: '0', field: 'trustProxy', value: 0 },
    { variable: 'TRUST_PROXY', text: '10.0.0.0/8, ::1', field: 'trustProxy', value: ['10.0.0.0/8', '::1'] },
    { variable: 'TRUST_PROXY', text: 'loopback', field: 'trustProxy', value: ['loopback'] },
    { variable: 'RETENTION_DAYS', text: '7', field: 'retentionMs', value: 7 * 86_400_000 },
    { variable: 'ADMIN_PORT', text: '9090', field: 'adminPort', value: 9090 },
    {
      variable: 'PUBLIC_URL',
      text: 'https://shop.example/x/',
      field: 'publicUrl',
      value: 'https://shop.example/x',
    },
  ])('$variable=$text', ({ variable, text, field, value }) => {
    expect(read({ ...LEAST, [variable]: text })[field as keyof Config]).toEqual(value);
  });

  test.each([
    ['https://shop.example', ['https://shop.example']],
    [' https://a.example/ , https://b.example:8443 ', ['https://a.example', 'https://b.example:8443']],
    ['HTTPS://Shop.Example:443', ['https://shop.example']],
    ['null,http://127.0.0.1:9000', ['null', 'http://127.0.0.1:9000']],
  ])('ALLOWED_ORIGINS=%s', (text, origins) => {
    expect([...(read({ ...LEAST, ALLOWED_ORIGINS: text }).shops[0]?.origins ?? [])]).toEqual(origins);
  });

  test('several PII keys: the first seals, all open', () => {
    const second = randomBytes(32).toString('base64');
    const { piiKeys } = read({ ...LEAST, PII_KEY: `${PII_KEY}, ${second}` });
    expect(piiKeys.map((key) => key.toString('base64'))).toEqual([PII_KEY, second]);
  });

  test.each([
    { eu: 'eu', host: 'https://cdp-eu.customer.io' },
    { eu: 'us', host: 'https://cdp.customer.io' },
  ])('CUSTOMERIO_REGION=$eu goes to $host', ({ eu, host }) => {
    const config = read({ ...SHOP, ...CUSTOMERIO, CUSTOMERIO_REGION: eu });
    expect(settings(config, 'customerio')).toMatchObject({ endpoint: host });
  });
});

describe('every problem is listed at once, with the value and what was expected', () => {
  test('of all parts at once', () => {
    const found = problems({
      PORT: 'abc',
      ADMIN_PORT: '70000',
      PUBLIC_URL: 'shop',
      TRUST_PROXY: 'banana',
      LOG_LEVEL: 'loud',
      RETENTION_DAYS: '0',
      RATE_LIMIT_PER_MINUTE: '1.5',
      ALLOWED_ORIGINS: 'shop.example',
      STORE_COUNTRY: 'Taiwan',
      STORE_CURRENCY: 'NT$',
      CONSENT_DEFAULT: 'maybe',
      CONSENT_CATEGORIES: '{"ads":"spam"}',
      BOTS: 'eat',
      TIKTOK_PIXEL_CODE: 'PIXEL',
      TIKTOK_EVENTS: 'not json',
      CUSTOMERIO_API_KEY: 'key',
      CUSTOMERIO_REGION: 'mars',
      PII_KEY: 'short',
      SHOPLINE_HANDLE: 'not a label',
      SHOPLINE_CDP_CHANNEL_ID: '1',
      SHOPLINE_API_VERSION: 'newest',
    });
    const named = (variable: string) => found.filter((line) => line.startsWith(`${variable} is `));
    for (const variable of [
      'PORT',
      'ADMIN_PORT',
      'PUBLIC_URL',
      'TRUST_PROXY',
      'LOG_LEVEL',
      'RETENTION_DAYS',
      'RATE_LIMIT_PER_MINUTE',
      'WRITE_KEY',
      'ALLOWED_ORIGINS',
      'STORE_COUNTRY',
      'STORE_CURRENCY',
      'CONSENT_DEFAULT',
      'CONSENT_CATEGORIES',
      'BOTS',
      'TIKTOK_ACCESS_TOKEN',
      'TIKTOK_EVENTS',
      'CUSTOMERIO_REGION',
      'SHOPLINE_HANDLE',
      'SHOPLINE_API_VERSION',
      'SHOPLINE_ACCESS_TOKEN',
      'PII_KEY',
    ])
      expect({ variable, isNamed: named(variable).length > 0 }).toEqual({ variable, isNamed: true });
    expect(named('PORT')).toEqual(['PORT is "abc"; expected a whole number from 0 to 65535']);
    expect(named('PUBLIC_URL')[0]).toContain('"shop"');
    expect(named('CONSENT_DEFAULT')[0]).toMatch(/"maybe".*denied.*granted/);
  });

  test.each([
    ['WRITE_KEY', 'a"b'],
    ['WRITE_KEY', 'a\\b'],
    ['WRITE_KEY', 'a\tb'],
    ['WRITE_KEY', 'k'.repeat(257)],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '8787 8788'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '10.0.0.0/8,10.0.0.300'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['TRUST_PROXY', '-1'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://*.shop.example'],
    ['ALLOWED_ORIGINS', 'https://shop.example/path'],
    ['ALLOWED_ORIGINS', 'https://shop.example?x=1'],
    ['ALLOWED_ORIGINS', 'https://user:password@shop.example'],
    ['ALLOWED_ORIGINS', 'ftp://shop.example'],
    ['CONSENT_CATEGORIES', '["advertising"]'],
    ['PUBLIC_URL', 'ftp://shop.example'],
    ['PII_KEY', 'c2hvcnQ='],
    ['PII_KEY', `${PII_KEY},short`],
    ['NATS_URL', 'nats://user:secret@nats'],
  ])('%s=%s', (variable, value) => {
    expect(problems({ ...LEAST, [variable]: value })).toEqual([expect.stringMatching(`^${variable} is `)]);
  });

  const DATABASE = 'postgres://ann:pAss@db.example/shop';
  test.each([
    ['no database', 'postgres://ann:pAss@db.example', /with the name of a database/],
    [
      'no name of a database',
      'postgres://ann:pAss@db.example/?sslmode=require',
      /with the name of a database/,
    ],
    ['another scheme', 'mysql://ann:pAss@db.example/shop', /a URL such as postgres:\/\//],
    ['no scheme', 'ann:pAss@db.example/shop', /a URL such as postgres:\/\//],
    ['no host', 'postgres:///shop', /a URL such as postgres:\/\//],
    ['a / in the password', 'postgres://ann:pA/ss@db.example/shop', /is written %2F/],
    ['a / behind digits', 'postgres://ann:12/pAss@db.example/shop', /is written %2F/],
    ['a ? in the password', 'postgres://ann:12?pAss=1@db.example/shop', /\? %3F/],
    ['a # in the password', 'postgres://ann:12#pAss@db.example/shop', /# %23/],
    ['an escape that is none in the password', 'postgres://ann:pAss%zz@db.example/shop', /% is written %25/],
    ['an escape of no character', 'postgres://ann:pAss%ff@db.example/shop', /% is written %25/],
    ['a port that is none', 'postgres://ann:pAss@db.example:99999/shop', /host:5432/],
    ['an unknown sslmode', `${DATABASE}?sslmode=prefer`, /sslmode to be one of disable, require, verify-ca/],
    ['verify-ca without an authority', `${DATABASE}?sslmode=verify-ca`, /sslrootcert/],
    [
      'other parameters',
      `${DATABASE}?sslmode=require&options=-c%20a%3Db&pgbouncer=true`,
      /no parameters but sslmode, .*; not options, pgbouncer$/,
    ],
  ])('DATABASE_URL with %s: what is expected, and no part of the password', (_, value, says) => {
    const [line = '', ...more] = problems({ ...LEAST, DATABASE_URL: value });
    expect(more).toEqual([]);
    expect(line).toMatch(/^DATABASE_URL is set; expected /);
    expect(line).toMatch(says);
    expect(line).not.toMatch(/pA|ss@|pAss/);
  });

  test.each([
    DATABASE,
    'postgresql://ann@db.example:6432/shop?sslmode=disable',
    `${DATABASE}?sslmode=verify-full&sslrootcert=/etc/ca.pem&sslcert=/a&sslkey=/b`,
    'postgres://ann:p%25%2F%C3%BC@[::1]:5432/my%20shop',
    'postgres://ann:p@ss@db.example/shop',
  ])('DATABASE_URL=%s', (value) => {
    expect(problems({ ...LEAST, DATABASE_URL: value })).toEqual([]);
  });

  test('no destination at all: the ways to have one', () => {
    const [line, ...more] = problems(SHOP);
    expect(more).toEqual([]);
    for (const way of ['TIKTOK_PIXEL_CODE', 'CUSTOMERIO_API_KEY', 'SHOPLINE_HANDLE'])
      expect(line).toContain(way);
  });

  test('the message lists them for an operator', () => {
    expect(() => read({ PORT: 'x' })).toThrow(/has \d+ problem\(s\):\n- PORT is "x"/);
  });
});

describe('a raw destination needs a key to seal with', () => {
  test.each([
    { variable: 'CUSTOMERIO_PII', destination: CUSTOMERIO },
    { variable: 'SHOPLINE_PII', destination: SHOPLINE },
  ])('$variable=raw', ({ variable, destination }) => {
    const raw = { ...SHOP, ...destination, [variable]: 'raw' };
    expect(problems(raw)).toEqual([expect.stringMatching(/^PII_KEY is missing/)]);
    expect(problems({ ...raw, PII_KEY })).toEqual([]);
    expect(problems({ ...raw, WRITE_KEY: '', PORT: 'x' }).join()).toMatch(/PII_KEY is missing/);
  });

  test('a hashed one needs none', () => {
    expect(problems({ ...SHOP, ...CUSTOMERIO, ...SHOPLINE, CUSTOMERIO_PII: 'hashed' })).toEqual([]);
  });
});

describe('personal data never travels in clear', () => {
  const ENDPOINTS = [
    { variable: 'TIKTOK_ENDPOINT', with: TIKTOK },
    { variable: 'CUSTOMERIO_ENDPOINT', with: CUSTOMERIO },
    { variable: 'SHOPLINE_ENDPOINT', with: SHOPLINE },
  ];
  const GOOD = [
    'https://proxy.example',
    'https://proxy.example:8443/',
    'http://127.0.0.1:9',
    'http://127.9.9.9',
    'http://localhost:9',
    'http://[::1]:9',
  ];
  const BAD = [
    'http://proxy.example',
    'http://10.0.0.1',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://evil.example/127.0.0.1',
    'http://127.0.0.1@evil.example',
    'http://0.0.0.0',
    'ftp://127.0.0.1',
    'proxy.example',
    '//proxy.example',
  ];
  test.each(ENDPOINTS.flatMap(({ variable, with: own }) => GOOD.map((value) => ({ variable, value, own }))))(
    '$variable may be $value',
    ({ variable, value, own }) => {
      expect(problems({ ...SHOP, ...own, [variable]: value })).toEqual([]);
    },
  );
  test.each(ENDPOINTS.flatMap(({ variable, with: own }) => BAD.map((value) => ({ variable, value, own }))))(
    '$variable may not be $value',
    ({ variable, value, own }) => {
      const found = problems({ ...SHOP, ...own, [variable]: value });
      expect(found).toEqual([expect.stringMatching(`^${variable} is `)]);
      expect(found[0]).toContain('https:');
    },
  );
});

describe('no secret is ever printed', () => {
  const SECRET = 'SuperSecretValue1';
  test.each([
    'ADMIN_TOKEN',
    'PII_KEY',
    'TIKTOK_ACCESS_TOKEN',
    'CUSTOMERIO_API_KEY',
    'SHOPLINE_ACCESS_TOKEN',
    'NATS_URL',
    'DATABASE_URL',
    'CUSTOMERIO_WEBHOOK_SIGNING_KEY',
    'SHOPLINE_APP_SECRET',
    'SHOPLINE_APP_KEY',
  ])('%s', (variable) => {
    // Blanks and a colon make it wrong for whichever check there is.
    const bad = `${SECRET} :${SECRET}`;
    const found = problems({ PORT: 'x', ...LEAST, ...CUSTOMERIO, ...SHOPLINE, [variable]: bad });
    expect(found.join()).not.toContain(SECRET);
    expect(
      read({ ...LEAST, ...(variable === 'SHOPLINE_APP_KEY' && { [variable]: SECRET }) }).secrets,
    ).toContain(tiktok.accessToken);
  });

  test('not even one that stands in a damaged file', () => {
    for (const damaged of [
      `{"shops":{"a":{"TIKTOK_ACCESS_TOKEN":"${SECRET}"}}`,
      `{"ADMIN_TOKEN":"${SECRET}"`,
      `${SECRET}`,
      `{"a":${SECRET}}`,
    ])
      expect(problems({}, damaged).join()).not.toMatch(/SuperSecret/);
    expect(problems({}, '{"shops":').join()).toMatch(/CONFIG_FILE shops.json/);
  });

  test('the log learns all of them, from wherever they came, to strike them out', () => {
    const { secrets } = read(
      {
        ADMIN_TOKEN: 'token-of-the-environment',
        OTHER: 'token-by-another-name',
        PUBLIC_URL: 'https://collect.example',
      },
      {
        PII_KEY,
        shops: {
          a: { ...SHOP, WRITE_KEY: 'public-key-a', ...TIKTOK, TIKTOK_ACCESS_TOKEN: 'token-in-the-file' },
          b: { ...SHOP, WRITE_KEY: 'public-key-b', CUSTOMERIO_API_KEY: fromEnv('OTHER') },
        },
      },
    );
    expect(secrets).toEqual(
      expect.arrayContaining([
        'token-of-the-environment',
        PII_KEY,
        'token-in-the-file',
        'token-by-another-name',
      ]),
    );
    expect(secrets.join()).not.toMatch(/public-key|collect.example/);
  });
});

describe('one file for many shops', () => {
  const shops = {
    shoes: { ...SHOP, WRITE_KEY: 'key-shoes', ALLOWED_ORIGINS: ['https://shoes.example'], ...TIKTOK },
    tea: {
      ...SHOP,
      WRITE_KEY: 'key-tea',
      ALLOWED_ORIGINS: 'https://tea.example',
      STORE_COUNTRY: 'JP',
      BOTS: 'drop',
      ...CUSTOMERIO,
    },
  };

  test('each has its own key, pages, rules and destinations', () => {
    const config = read({}, { shops });
    expect(
      config.shops.map(({ id, writeKey, origins, country, bots, destinations }) => ({
        id,
        writeKey,
        origins: [...origins],
        country,
        bots,
        to: destinations.map(({ destination }) => destination.name),
      })),
    ).toEqual([
      {
        id: 'shoes',
        writeKey: 'key-shoes',
        origins: ['https://shoes.example'],
        country: 'TW',
        bots: 'skip-ads',
        to: ['tiktok'],
      },
      {
        id: 'tea',
        writeKey: 'key-tea',
        origins: ['https://tea.example'],
        country: 'JP',
        bots: 'drop',
        to: ['customerio'],
      },
    ]);
  });

  test('the environment replaces settings of the program; what stands at the top is the default of each shop', () => {
    const { STORE_COUNTRY: _, CONSENT_DEFAULT: __, ...shoes } = shops.shoes;
    const top = { PORT: 1111, RETENTION_DAYS: 9, STORE_COUNTRY: 'HK', CONSENT_DEFAULT: 'granted' };
    const config = read({ PORT: '2222' }, { ...top, shops: { shoes, tea: shops.tea } });
    expect(config).toMatchObject({ port: 2222, retentionMs: 9 * 86_400_000 });
    expect(config.shops.map(({ country, consentDefault }) => [country, consentDefault])).toEqual([
      ['HK', true],
      ['JP', false],
    ]);
  });

  test('secrets stay in the environment: a dollar and braces name them', () => {
    const file = {
      shops: {
        a: {
          ...SHOP,
          WRITE_KEY: `k-${fromEnv('NAME')}`,
          ...TIKTOK,
          TIKTOK_ACCESS_TOKEN: fromEnv('TOKEN'),
          TIKTOK_EVENTS: { 'Tea Poured': fromEnv('NAME') },
        },
      },
    };
    const config = read({ NAME: 'Lead', TOKEN: 'the-token-0123456789' }, file);
    expect(config.shops[0]?.writeKey).toBe('k-Lead');
    expect(settings(config, 'tiktok')).toMatchObject({
      accessToken: 'the-token-0123456789',
      events: { 'Tea Poured': ['Lead'] },
    });
    expect(problems({ NAME: 'x' }, file).join()).toMatch(
      /\$\{TOKEN\} in CONFIG_FILE names a variable that is not set/,
    );
  });

  test('problems say in which shop', () => {
    const found = problems(
      {},
      { shops: { ...shops, third: { ...SHOP, WRITE_KEY: 'k', BOTS: 'eat', ...TIKTOK }, fourth: {} } },
    );
    expect(found).toContainEqual(expect.stringMatching(/^shop third: BOTS is "eat"/));
    expect(found).toContainEqual(expect.stringMatching(/^shop fourth: WRITE_KEY is missing/));
    expect(found).toContainEqual(expect.stringMatching(/^shop fourth: no destination/));
    expect(found.filter((line) => /shoes|tea/.test(line))).toEqual([]);
  });

  test('two shops with one key are refused', () => {
    const same = { ...shops, third: { ...shops.tea, WRITE_KEY: 'key-shoes' } };
    expect(problems({}, { shops: same })).toEqual([
      expect.stringMatching(/^WRITE_KEY key-… \(9 characters\) is used by 2 shops/),
    ]);
  });

  test.each([
    ['no shop', { shops: {} }],
    ['a list of shops', { shops: [] }],
    ['a shop that is a word', { shops: { a: 'x' } }],
    ['a list', []],
    ['a word', '"x"'],
    ['nothing', ''],
    ['null', 'null'],
  ])('a file that holds %s is refused', (_what, file) => {
    expect(problems({}, file)).toEqual([expect.stringContaining('CONFIG_FILE shops.json')]);
  });

  test('a file that cannot be read is refused by name', () => {
    const unreadable = () => {
      throw new Error('ENOENT: no such file or directory');
    };
    expect(() => readConfig({ CONFIG_FILE: 'gone.json' }, unreadable)).toThrow(
      /CONFIG_FILE gone.json.*ENOENT/,
    );
  });

  test('without CONFIG_FILE no file is read', () => {
    const never = () => {
      throw new Error('a file was read');
    };
    expect(readConfig(LEAST, never).shops).toHaveLength(1);
  });

  test('a file may also hold the one shop', () => {
    expect(read({}, { ...LEAST, PORT: 1234 })).toMatchObject({
      port: 1234,
      shops: [{ writeKey: 'key-0001' }],
    });
  });
});

test('once read, nothing can be changed', () => {
  const config = read({ ...LEAST, ...SHOPLINE });
  const open = (value: unknown, path: string): string[] => {
    if (typeof value !== 'object' || value === null || value instanceof Set || 'classify' in value) return [];
    const inner = Object.entries(value).flatMap(([key, item]) => open(item, `${path}.${key}`));
    return Object.isFrozen(value) ? inner : [path, ...inner];
  };
  expect(open(config, 'config')).toEqual([]);
});
