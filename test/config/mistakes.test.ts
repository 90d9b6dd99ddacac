import { describe, expect, test } from 'vitest';
import { fromEnv, LEAST, problemsOf, read, TIKTOK } from './support.ts';

describe('P6: what decides how personal data is stored has no default', () => {
  const REQUIRED = ['STORE_COUNTRY', 'STORE_CURRENCY', 'CONSENT_DEFAULT'] as const;
  const without = (name: string) => Object.fromEntries(Object.entries(LEAST).filter(([key]) => key !== name));

  test.each(REQUIRED)('%s is required in the environment', (name) => {
    expect(problemsOf(without(name))).toEqual([
      expect.stringMatching(`^${name} is missing; expected .*(TW|denied)`),
    ]);
  });

  test.each(REQUIRED)('%s is required of each shop in CONFIG_FILE', (name) => {
    const other = { ...LEAST, WRITE_KEY: 'other' };
    expect(problemsOf({}, { shops: { tea: without(name), shoes: other } })).toEqual([
      expect.stringMatching(`^shop tea: ${name} is missing; expected`),
    ]);
  });

  test('all of them are named together, with what else is wrong', () => {
    const found = problemsOf({ ...TIKTOK, PORT: 'x' });
    for (const name of ['WRITE_KEY', ...REQUIRED])
      expect(found).toContainEqual(expect.stringMatching(`^${name} is missing`));
    expect(found).toContainEqual(expect.stringMatching('^PORT is "x"'));
    expect(found).toHaveLength(5);
  });
});

describe('P7: a shop in CONFIG_FILE inherits nothing from the environment', () => {
  const shop = { ...LEAST, WRITE_KEY: 'beta', TIKTOK_PIXEL_CODE: 'BETAPIXEL00000000001' };

  test.each(['TIKTOK_ACCESS_TOKEN', 'TIKTOK_PIXEL_CODE', 'CONSENT_DEFAULT', 'WRITE_KEY', 'FLOWS', 'BOTS'])(
    '%s of another shop in the environment is refused by name',
    (name) => {
      const found = problemsOf({ [name]: 'of-shop-alpha-0001' }, { shops: { beta: shop } });
      expect(found).toEqual([expect.stringMatching(`^${name} .*environment.*CONFIG_FILE`)]);
      expect(found.join()).not.toContain('alpha');
    },
  );

  test('several are named together, in one problem', () => {
    const found = problemsOf({ ...TIKTOK, STORE_COUNTRY: 'US' }, { shops: { beta: shop } });
    expect(found).toEqual([
      expect.stringMatching(/^TIKTOK_PIXEL_CODE, TIKTOK_ACCESS_TOKEN, STORE_COUNTRY are set/),
    ]);
  });

  test('a value that is missing in the file stays missing, though the environment has one', () => {
    const { TIKTOK_ACCESS_TOKEN: _, ...rest } = shop;
    expect(problemsOf(TIKTOK, { shops: { beta: rest } })).toContainEqual(
      expect.stringMatching(/^shop beta: TIKTOK_ACCESS_TOKEN is missing/),
    );
  });

  test('settings of the program, and what the file refers to by name, may stand in the environment', () => {
    const file = { shops: { beta: { ...shop, TIKTOK_ACCESS_TOKEN: fromEnv('TIKTOK_ACCESS_TOKEN') } } };
    const env = { PORT: '1', LOG_LEVEL: 'warn', TIKTOK_ACCESS_TOKEN: TIKTOK.TIKTOK_ACCESS_TOKEN, BOTS: ' ' };
    expect(problemsOf(env, file)).toEqual([]);
  });

  test('one shop does not inherit from another', () => {
    const { CONSENT_DEFAULT: _, ...rest } = LEAST;
    expect(problemsOf({}, { shops: { beta: shop, gamma: rest } })).toEqual([
      expect.stringMatching(/^shop gamma: CONSENT_DEFAULT is missing/),
    ]);
  });
});

describe('P8: a misspelt name is an error that names both', () => {
  test.each([
    ['TIKTOK_ACESS_TOKEN', 'TIKTOK_ACCESS_TOKEN'],
    ['ALOWED_ORIGINS', 'ALLOWED_ORIGINS'],
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['WRITE_KYE', 'WRITE_KEY'],
    ['write_key', 'WRITE_KEY'],
    ['DATABSE_URLS', 'DATABASE_URL'],
    ['STORE_CONTRY', 'STORE_COUNTRY'],
    ['CONSENT_DEFUALTS', 'CONSENT_DEFAULT'],
    ['SHOPLINE_API_KEY', 'SHOPLINE_APP_KEY'],
    ['CONFIG_FILES', 'CONFIG_FILE'],
    ['TRUST_PROXI', 'TRUST_PROXY'],
  ])('%s in the environment: did you mean %s?', (misspelt, known) => {
    const found = problemsOf({ ...LEAST, [misspelt]: 'some-value-of-mine' });
    expect(found).toEqual([expect.stringMatching(`^${misspelt} .*did you mean ${known}`)]);
    expect(found.join()).not.toContain('some-value-of-mine');
  });

  test.each([
    'PATH',
    'HOSTS',
    'PORTS',
    'NODE_ENV',
    'NODE_OPTIONS',
    'npm_config_cache',
    'npm_lifecycle_event',
    'npm_package_json',
    'XDG_DATA_DIRS',
    'LOG_LEVELED_AND_MORE',
    'PGDATABASE',
    'KUBERNETES_SERVICE_PORT',
    'WRITE_THE_KEY',
    'BOTS_KEY',
  ])('%s is no misspelling', (name) => {
    expect(problemsOf({ ...LEAST, [name]: 'x' })).toEqual([]);
  });

  test('a short name may be one edit away, a name of ten letters or more two', () => {
    expect(problemsOf({ ...LEAST, WRITE_KAY: 'x' })).toHaveLength(1);
    expect(problemsOf({ ...LEAST, WRITE_KAI: 'x' })).toEqual([]);
    expect(problemsOf({ ...LEAST, STORE_COUNTREE: 'x' })).toHaveLength(1);
    expect(problemsOf({ ...LEAST, STORE_COUNTREES: 'x' })).toEqual([]);
  });

  test('a blank one has no effect and is left alone; one that the file refers to is meant', () => {
    expect(problemsOf({ ...LEAST, TIKTOK_ACESS_TOKEN: ' ' })).toEqual([]);
    const file = { shops: { a: { ...LEAST, TIKTOK_ACCESS_TOKEN: fromEnv('TIKTOK_ACCESS_TOKEN_A') } } };
    expect(problemsOf({ TIKTOK_ACCESS_TOKEN_A: TIKTOK.TIKTOK_ACCESS_TOKEN }, file)).toEqual([]);
  });

  test.each([
    ['shop', /^CONFIG_FILE shops.json: "shop" is not a known setting; did you mean shops\?/],
    ['SHOPS', /"SHOPS" is not a known setting; did you mean shops\?/],
    ['ALOWED_ORIGINS', /"ALOWED_ORIGINS" is not a known setting; did you mean ALLOWED_ORIGINS\?/],
    ['comment', /"comment" is not a known setting\.?$/],
    ['CONFIG_FILE', /"CONFIG_FILE" is not a known setting/],
  ])('%s at the top of the file', (key, words) => {
    expect(problemsOf({}, { [key]: {}, shops: { a: LEAST } })).toEqual([expect.stringMatching(words)]);
  });

  test('"shop" instead of "shops": that, and no list of what the shop seems to lack', () => {
    expect(problemsOf({}, { shop: { a: LEAST } })).toEqual([
      expect.stringMatching(/"shop" is not a known setting; did you mean shops/),
    ]);
  });

  test.each([
    ['TIKTOK_ACESS_TOKEN', /^shop a: "TIKTOK_ACESS_TOKEN" is not .*did you mean TIKTOK_ACCESS_TOKEN/],
    ['write_key', /^shop a: "write_key" is not .*did you mean WRITE_KEY/],
    ['name', /^shop a: "name" is not a known setting/],
    ['PORT', /^shop a: PORT is a setting of the program; move it to the top of the file/],
  ])('%s in a shop of the file', (key, words) => {
    const found = problemsOf({}, { shops: { a: { ...LEAST, [key]: 'some-value-of-mine' } } });
    expect(found).toEqual([expect.stringMatching(words)]);
    expect(found.join()).not.toContain('some-value-of-mine');
  });
});

describe('P17: JSON in CONFIG_FILE is taken as JSON', () => {
  const SHOPLINE = {
    SHOPLINE_HANDLE: 'tea',
    SHOPLINE_ACCESS_TOKEN: 'token-of-the-tea-shop',
    SHOPLINE_APP_KEY: 'key',
    SHOPLINE_STORE_ID: 1655,
    SHOPLINE_SOURCE_TYPE: 'app',
  };
  const FLOWS = [{ flow_id: 'f', campaign_id: 12, nodes: [{ node_id: 'n', action_id: 7 }] }];
  const RULES = [{ marketing_event_id: 'MA_1', utm_campaign: 'spring' }];
  const JSON_VALUES = {
    FLOWS,
    MARKETING_RULES: RULES,
    TIKTOK_EVENTS: { 'Tea Poured': ['Lead', 'Contact'] },
    CONSENT_CATEGORIES: { C0004: 'advertising' },
  };
  const both = (values: object) => ({ shops: { a: { ...LEAST, ...SHOPLINE, ...values } } });

  test('arrays and objects mean what their JSON text means', () => {
    const texts = Object.fromEntries(Object.entries(JSON_VALUES).map(([k, v]) => [k, JSON.stringify(v)]));
    const config = read({}, both(JSON_VALUES));
    expect(config).toEqual(read({}, both(texts)));
    expect(config.shops[0]?.statistics.flows).toMatchObject([
      { flow_id: 'f', campaign_id: '12', nodes: [{ node_id: 'n', action_id: '7' }] },
    ]);
  });

  test('references to the environment are replaced inside them, too', () => {
    const flows = [{ flow_id: fromEnv('FLOW'), campaign_id: 1 }];
    const config = read({ FLOW: 'f-of-env' }, both({ FLOWS: flows }));
    expect(config.shops[0]?.statistics.flows[0]?.flow_id).toBe('f-of-env');
  });

  test('lists may be arrays: origins, proxies, keys', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const config = read(
      {},
      {
        TRUST_PROXY: ['10.0.0.0/8', '::1'],
        PII_KEY: [key, key],
        ...both({ ALLOWED_ORIGINS: ['https://a.example', 'https://b.example'] }),
      },
    );
    expect(config.trustProxy).toEqual(['10.0.0.0/8', '::1']);
    expect(config.piiKeys).toHaveLength(2);
    expect([...(config.shops[0]?.origins ?? [])]).toEqual(['https://a.example', 'https://b.example']);
  });

  test.each([
    ['FLOWS', [{ flow_id: 'f' }]],
    ['FLOWS', { flow_id: 'f' }],
    ['MARKETING_RULES', 'spring'],
    ['ALLOWED_ORIGINS', [{ a: 1 }]],
    ['WRITE_KEY', ['a']],
    ['STORE_COUNTRY', { a: 1 }],
  ])('%s: %j is refused in words', (name, value) => {
    const found = problemsOf({}, both({ [name]: value }));
    expect(found).toEqual([expect.stringMatching(`^shop a: ${name} is .*; expected `)]);
    expect(found.join()).not.toContain('[object Object]');
  });

  test('a number too long to be exact is refused: it would name another channel', () => {
    const file = `{"shops":{"a":{"WRITE_KEY":"k","STORE_COUNTRY":"TW","STORE_CURRENCY":"TWD","CONSENT_DEFAULT":"denied",
      "SHOPLINE_HANDLE":"tea","SHOPLINE_ACCESS_TOKEN":"token-of-the-tea-shop","SHOPLINE_CDP_CHANNEL_ID":6689609588495885399}}}`;
    expect(problemsOf({}, file)).toEqual([expect.stringMatching(/SHOPLINE_CDP_CHANNEL_ID .*as text/)]);
  });

  test('null is a setting that is not set', () => {
    expect(read({}, { PORT: null, ...both({ BOTS: null }) })).toEqual(read({}, both({})));
  });
});

describe('secrets that can be guessed are refused', () => {
  const OTHERS = {
    CUSTOMERIO_API_KEY: 'customerio-key-0123456789',
    SHOPLINE_HANDLE: 'tea',
    SHOPLINE_ACCESS_TOKEN: 'token-of-the-tea-shop',
    SHOPLINE_CDP_CHANNEL_ID: '1',
    SHOPLINE_APP_SECRET: 'secret-of-the-tea-app',
    CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'signing-key-0123456789',
    ADMIN_TOKEN: 'operator-token-0123456789',
  };
  test.each([
    'ADMIN_TOKEN',
    'TIKTOK_ACCESS_TOKEN',
    'CUSTOMERIO_API_KEY',
    'CUSTOMERIO_WEBHOOK_SIGNING_KEY',
    'SHOPLINE_ACCESS_TOKEN',
    'SHOPLINE_APP_SECRET',
  ])('%s of 15 characters', (name) => {
    const env = { ...LEAST, ...OTHERS };
    const found = problemsOf({ ...env, [name]: ' xyzzy-012345678 ' });
    expect(found).toEqual([`${name} has 15 characters; expected at least 16`]);
    expect(problemsOf({ ...env, [name]: 'xyzzy-0123456789' })).toEqual([]);
  });

  test('of a shop in the file, the shop is named', () => {
    const found = problemsOf({}, { shops: { a: { ...LEAST, TIKTOK_ACCESS_TOKEN: 'short' } } });
    expect(found).toEqual(['shop a: TIKTOK_ACCESS_TOKEN has 5 characters; expected at least 16']);
  });

  test('public names may be short: write keys, pixel codes, handles, app keys, store and channel ids', () => {
    const shop = {
      ...LEAST,
      ...OTHERS,
      WRITE_KEY: 'k',
      TIKTOK_PIXEL_CODE: 'P',
      TIKTOK_TEST_EVENT_CODE: 'T',
      SHOPLINE_HANDLE: 't',
      SHOPLINE_APP_KEY: 'a',
      SHOPLINE_STORE_ID: '1',
      SHOPLINE_SOURCE_TYPE: 's',
    };
    expect(problemsOf(shop)).toEqual([]);
  });
});

describe('variables of other versions', () => {
  test('NATS_URL is not supported, and its value is not shown', () => {
    const name = 'NATS_URL';
    const expected = [`${name} is not supported in this version; unset it.`];
    expect(problemsOf({ ...LEAST, [name]: 'postgres://user:secret@db' })).toEqual(expected);
    expect(problemsOf({}, { [name]: 'postgres://user:secret@db', shops: { a: LEAST } })).toEqual(expected);
  });
});

test('a write key that two shops share is shown by its first characters and its length', () => {
  expect(problemsOf({}, { shops: { a: LEAST, b: LEAST, c: { ...LEAST, WRITE_KEY: 'c' } } })).toEqual([
    'WRITE_KEY key-… (8 characters) is used by 2 shops (a, b); each needs its own',
  ]);
});
