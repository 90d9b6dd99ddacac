import { expect, test } from 'vitest';
import { LEAST, problemsOf, read } from './support.ts';

const URL_ = 'https://alerts.example/hook/of-the-shop';
const BYTES = Buffer.alloc(32, 7);
const whsec = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;
const hook = (ALERT_WEBHOOK_URL: string, ALERT_WEBHOOK_SECRET?: string) => ({
  ...LEAST,
  ALERT_WEBHOOK_URL,
  ...(ALERT_WEBHOOK_SECRET !== undefined && { ALERT_WEBHOOK_SECRET }),
});

test('alerts are posted nowhere by default', () => expect(read(LEAST).alertWebhook).toBeUndefined());

test('a secret is whsec_ and bytes in base64, or a text that is used as it stands', () => {
  expect(read(hook(URL_, whsec(BYTES))).alertWebhook).toEqual({ url: URL_, key: BYTES });
  const text = 'a plain text of enough length';
  expect(read(hook(URL_, text)).alertWebhook).toEqual({ url: URL_, key: Buffer.from(text) });
});

test.each([
  whsec(BYTES.subarray(0, 23)),
  whsec(Buffer.alloc(65)),
  'whsec_',
  'twenty-three characters',
  'x'.repeat(65),
])('the secret %j is refused without being shown', (secret) => {
  const found = problemsOf(hook(URL_, secret));
  expect(found).toEqual([expect.stringContaining('ALERT_WEBHOOK_SECRET')]);
  expect(found.join()).not.toContain(secret);
});

test('an address needs a secret, and a secret an address', () => {
  expect(problemsOf(hook(URL_))).toEqual(['ALERT_WEBHOOK_SECRET is missing: ALERT_WEBHOOK_URL needs it']);
  expect(problemsOf({ ...LEAST, ALERT_WEBHOOK_SECRET: whsec(BYTES) })).toEqual([
    'ALERT_WEBHOOK_URL is missing: ALERT_WEBHOOK_SECRET needs it',
  ]);
});

test('an address at Slack needs none, and is itself a secret', () => {
  const url = 'https://hooks.slack.com/services/T0/B0/abcdefghijkl';
  const config = read(hook(url));
  expect(config.alertWebhook).toEqual({ url });
  expect(config.secrets).toContain(url);
  expect(read(hook(url, whsec(BYTES))).alertWebhook).toEqual({ url });
});

test('the address and the secret are left out of log lines', () => {
  expect(read(hook(URL_, whsec(BYTES))).secrets).toEqual(expect.arrayContaining([URL_, whsec(BYTES)]));
});
