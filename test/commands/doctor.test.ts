// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { diagnose, exitCodeOf, toLines } from '../../server/commands/doctor.ts';
import type { Variables } from '../../server/config/variables.ts';
import { createHttp, type Http } from '../../server/lib/http-client.ts';
import { LEAST } from '../config/support.ts';
import { ADMIN_TOKEN, startCollector } from '../support/collector.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
/** Every endpoint answers, at the right time. */
const answering =
  (date = NOW): Http =>
  async () => ({ status: 404, headers: { date: new Date(date).toUTCString() }, body: '' });
const WHOLE = {
  ...LEAST,
  PUBLIC_URL: 'https://collect.shop.example',
  TRUST_PROXY: '1',
  ALLOWED_ORIGINS: 'https://shop.example',
};
const run = async (variables: Variables, http: Http = answering()) => {
  const findings = await diagnose({ variables, readFile: () => '{}', http, clock: { now: () => NOW } });
  return { findings, code: exitCodeOf(findings), ids: findings.map(({ id }) => id) };
};

test('a good configuration whose endpoints answer: 0 but for what is left off', async () => {
  const { findings, code } = await run(WHOLE);
  expect(findings.filter(({ severity }) => severity !== 'ok').map(({ id }) => id)).toEqual([
    'admin-token-missing',
  ]);
  expect(code).toBe(1);
});

describe.each([
  ['an incomplete configuration', { STORE_COUNTRY: '' }, 'configuration', 2],
  ['https in front and no TRUST_PROXY', { TRUST_PROXY: '' }, 'trust-proxy-missing', 2],
  ['no page may send', { ALLOWED_ORIGINS: '' }, 'origins-missing', 1],
  ['pages without https', { ALLOWED_ORIGINS: 'http://shop.example' }, 'origins-http', 1],
  ['no PUBLIC_URL', { PUBLIC_URL: '' }, 'public-url-missing', 1],
  ['test events only', { TIKTOK_TEST_EVENT_CODE: 'TEST1' }, 'test-events-only', 1],
  ['a stand-in', { TIKTOK_ENDPOINT: 'http://127.0.0.1:9' }, 'stand-in', 1],
  [
    'the operator’s routes at the shop’s own origin',
    { ADMIN_TOKEN, PUBLIC_URL: 'https://shop.example/sb' },
    'origin-shared',
    2,
  ],
  ['an open operator port', { ADMIN_TOKEN, ADMIN_PORT: '9', ADMIN_HOST: '0.0.0.0' }, 'admin-host-open', 1],
] as const)('%s', (_what, changed, id, code) => {
  test(`is found, in words with what to do: ${code}`, async () => {
    const found = await run({ ...WHOLE, ...changed });
    expect(found.ids).toContain(id);
    expect(found.code).toBe(code);
    expect(found.findings.find((finding) => finding.id === id)?.words).toMatch(/\w/);
  });
});

test('a clock that is off, and by how much', async () => {
  const { findings, code } = await run(WHOLE, answering(NOW - 300_000));
  expect(findings.find(({ id }) => id === 'clock-ahead')?.words).toMatch(/300 s ahead/);
  expect(code).toBe(2);
});

test('an endpoint that cannot be reached', async () => {
  const { http, close } = createHttp({ timeoutMs: 2_000, connections: 1 });
  const { findings, code } = await run({ ...WHOLE, TIKTOK_ENDPOINT: 'http://127.0.0.1:9' }, http);
  await close();
  expect(findings[0]).toMatchObject({
    id: 'endpoint-unreachable',
    severity: 'error',
    words: expect.stringMatching(/TikTok.*127\.0\.0\.1:9.*ECONNREFUSED/),
  });
  expect(code).toBe(2);
});

test('the collector that runs here is asked what it has received', async () => {
  const collector = await startCollector({}, { whenOver: afterAll });
  const { http, close } = createHttp({ timeoutMs: 5_000, connections: 2 });
  const variables = { ...WHOLE, PORT: String(collector.port), HOST: '127.0.0.1', ADMIN_TOKEN };
  const { ids } = await run({ ...variables, TIKTOK_ENDPOINT: collector.sandbox.urls.tiktok }, http);
  await close();
  expect(ids).toEqual(expect.arrayContaining(['nothing-from-pages', 'store', 'destination']));
});

test('lines for a terminal, the worst first, with their number', () => {
  expect(
    toLines([
      {
        id: 'a',
        severity: 'error',
        shop: 'tea',
        values: {},
        words: 'It is off.',
        todo: 'Switch it on.',
      },
      {
        id: 'b',
        severity: 'ok',
        destination: 'tiktok',
        values: {},
        words: 'It answers.',
      },
    ]),
  ).toEqual(['✗ tea: It is off.', '    Switch it on.', '✓ tiktok: It answers.', '', '1 error, 0 warnings']);
});
