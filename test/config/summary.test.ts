import { describe, expect, test } from 'vitest';
import { summarize } from '../../server/config/summary.ts';
import { SANDBOX_CREDENTIALS } from '../../server/sandbox/index.ts';
import { LEAST, read } from './support.ts';

const { customerio, shopline } = SANDBOX_CREDENTIALS;
const summaryOf = (variables: object, port = 8787) => summarize(read({ ...LEAST, ...variables }), port);

describe('P15: the start line shows an operator what runs', () => {
  test('where it listens, which shops there are and where their events go', () => {
    const file = {
      PUBLIC_URL: 'https://collect.example',
      shops: {
        tea: LEAST,
        cups: { ...LEAST, WRITE_KEY: 'cups', CUSTOMERIO_API_KEY: customerio.apiKey },
      },
    };
    expect(summarize(read({ HOST: '10.0.0.7', ADMIN_PORT: '9090' }, file), 4711)).toMatchObject({
      address: 'http://10.0.0.7:4711',
      port: 4711,
      adminPort: 9090,
      shops: [
        { id: 'tea', destinations: ['tiktok'] },
        { id: 'cups', destinations: ['tiktok', 'customerio'] },
      ],
    });
  });

  test('which database has the store, without user and password', () => {
    const config = read({ ...LEAST, DATABASE_URL: 'postgresql://ann:p%40ssword-1@db.example:6432/shop' });
    expect(summarize(config, 8787).database).toBe('db.example:6432/shop');
    expect(config.secrets).toEqual(expect.arrayContaining(['p%40ssword-1', 'p@ssword-1']));
    expect(summaryOf({})).not.toHaveProperty('database');
  });

  test('what is off, and which variable switches it on', () => {
    const { off, shops } = summaryOf({});
    expect(off).toEqual(['operator routes and metrics: ADMIN_TOKEN not set']);
    expect(shops[0]?.off).toEqual([
      'events from browsers: ALLOWED_ORIGINS not set',
      'delivery to Customer.io: CUSTOMERIO_API_KEY not set',
      'delivery to SHOPLINE: SHOPLINE_CDP_CHANNEL_ID not set',
      'order webhooks: SHOPLINE_APP_SECRET not set',
      'statistics reports: SHOPLINE_HANDLE, SHOPLINE_ACCESS_TOKEN not set',
      'Customer.io reporting webhooks: CUSTOMERIO_WEBHOOK_SIGNING_KEY not set',
    ]);
  });

  test('nothing is off where everything is set', () => {
    const { off, shops } = summaryOf({
      ADMIN_TOKEN: 'operator-token-0123456789',
      ALLOWED_ORIGINS: 'https://shop.example',
      CUSTOMERIO_API_KEY: customerio.apiKey,
      CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'signing-key-0123456789',
      SHOPLINE_HANDLE: shopline.handle,
      SHOPLINE_ACCESS_TOKEN: shopline.accessToken,
      SHOPLINE_CDP_CHANNEL_ID: shopline.channelId,
      SHOPLINE_APP_SECRET: shopline.appSecret,
    });
    expect([off, shops[0]?.off]).toEqual([[], []]);
  });

  const tagOf = (variables: object, port?: number) => summaryOf(variables, port).shops[0]?.tag;
  test.each([
    [{ PUBLIC_URL: 'https://shop.example/sb/' }, 'https://shop.example/sb/s.js'],
    [{ HOST: '0.0.0.0' }, 'http://localhost:8787/s.js'],
    [{ HOST: '::' }, 'http://localhost:8787/s.js'],
    [{ HOST: '::1' }, 'http://[::1]:8787/s.js'],
    [{ HOST: '10.0.0.7' }, 'http://10.0.0.7:8787/s.js'],
  ])('the tag to paste, with %j', (variables, src) => {
    expect(tagOf(variables)).toBe(
      `<script async src='${src}' data-key='key-0001' data-consent-tool='auto'></script>`,
    );
  });

  test('the tag carries the whole key, escaped for HTML, and the consent that the shop’s default grants', () => {
    const tag = tagOf({ WRITE_KEY: "a&b<c>'", CONSENT_DEFAULT: 'granted', HOST: '127.0.0.1' });
    expect(tag).toBe(
      "<script async src='http://127.0.0.1:8787/s.js' data-key='a&amp;b&lt;c>&#39;' data-consent='granted'></script>",
    );
  });

  test('the tag carries the parameters that the shop keeps, as they are written', () => {
    expect(tagOf({ KEEP_PARAMETERS: 'Ref, article.id' })).toContain(
      " data-keep-parameters='Ref article.id'>",
    );
  });

  test('no secret is in it', () => {
    const secrets = { ADMIN_TOKEN: 'operator-token-0123456789', SHOPLINE_HANDLE: 'tea' };
    const app = { SHOPLINE_APP_SECRET: 'secret-of-the-tea-app' };
    const text = JSON.stringify(summaryOf({ ...secrets, ...app }));
    for (const secret of [LEAST.TIKTOK_ACCESS_TOKEN, secrets.ADMIN_TOKEN, app.SHOPLINE_APP_SECRET])
      expect(text).not.toContain(secret);
  });
});
