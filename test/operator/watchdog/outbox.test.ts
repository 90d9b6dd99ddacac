import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import type { Incident } from '../../../server/operator/watchdog/kept.ts';
import { createOutbox } from '../../../server/operator/watchdog/outbox.ts';
import { createAlertHttp, createSender } from '../../../server/operator/watchdog/sender.ts';
import { createFakeClock } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';

const MINUTE_MS = 60_000;
const KEY = Buffer.from('an incident is no secret, a key is');
const incident: Incident = {
  ...{ id: 'alert_7', rule: 'token-refused', shop: 'tea', destination: 'tiktok', severity: 'error' },
  ...{ code: 'token-refused', values: { waiting: '<12> & more' } },
  ...{ openedAtMs: Date.parse('2026-06-01T08:00:00Z') },
  ...{ lastFoundMs: 0, baselineEndHour: 0 },
};

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Answers with these statuses, then 204. */
async function receive(statuses: number[] = []) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(statuses.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts?t=secret-in-the-address`;
  return { received, url };
}

function post(
  url: string,
  key: Uint8Array | undefined,
  options: { startMs?: number; timeoutMs?: number } = {},
) {
  const { http, close } = createAlertHttp(options.timeoutMs ?? 2_000);
  onTestFinished(close);
  const clock = createFakeClock(options.startMs ?? Date.now());
  const lines: string[] = [];
  const write = (facts: object, text: string) => void lines.push(JSON.stringify({ ...facts, text }));
  const logger = { info: write, warn: write, error: write };
  const send = createSender({ url, ...(key && { key }) }, http, clock.now);
  const outbox = createOutbox({ pending: [], send, clock, logger, onChange: () => {} });
  onTestFinished(() => outbox.stop());
  return { outbox, clock, lines };
}

test('a message carries the alert, signed by the Standard Webhooks scheme', async () => {
  const { received, url } = await receive();
  const { outbox } = post(url, KEY);
  outbox.add([incident, { ...incident, endedAtMs: Date.parse('2026-06-01T09:30:00Z') }]);
  await eventually(
    () => received.length,
    (count) => count === 2,
  );
  const webhook = new Webhook(`whsec_${KEY.toString('base64')}`);
  const [opened, ended] = received.map(({ headers, body }) =>
    webhook.verify(body, headers as Record<string, string>),
  );
  expect(opened).toEqual({
    ...{ type: 'alert.opened', timestamp: '2026-06-01T08:00:00.000Z' },
    data: {
      ...{ id: 'alert_7', rule: 'token-refused', severity: 'error', shop: 'tea', destination: 'tiktok' },
      ...{ since: '2026-06-01T08:00:00.000Z', code: 'token-refused', values: { waiting: '<12> & more' } },
      words: {
        means: expect.stringContaining('Waiting: <12> & more.'),
        todo: expect.stringContaining('Replace the token'),
      },
    },
  });
  expect(ended).toMatchObject({
    type: 'alert.ended',
    data: { id: 'alert_7', until: '2026-06-01T09:30:00.000Z' },
  });
  expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['alert_7_opened', 'alert_7_ended']);
});

test('a message that is not accepted comes again with the same id and body, at growing intervals; later ones do not wait', async () => {
  const { received, url } = await receive([500, 302, 429]);
  const { outbox, clock, lines } = post(url, KEY);
  const arrived = (count: number) =>
    eventually(
      () => received.length,
      (length) => length === count,
    );
  outbox.add([incident]);
  await arrived(1);
  outbox.add([{ ...incident, id: 'alert_8' }]);
  await arrived(2);
  await clock.advance(4_000);
  expect(received).toHaveLength(2);
  await clock.advance(2_000);
  await arrived(4);
  await clock.advance(3 * MINUTE_MS);
  await arrived(5);
  const first = received.filter(({ headers }) => headers['webhook-id'] === 'alert_7_opened');
  expect(new Set(first.map(({ body }) => body)).size).toBe(1);
  expect(new Set(first.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(first.length);
  await eventually(
    () => outbox.pending().length,
    (length) => length === 0,
  );
  expect(lines.join()).not.toContain('secret-in-the-address');
  expect(lines).toHaveLength(2);
});

/** Answers each message in another way. */
async function answerWith(answers: readonly ((response: ServerResponse) => void)[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.headers['webhook-id']));
    answers[asked.length - 1]?.(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

const allSent = ({ outbox, clock }: ReturnType<typeof post>) =>
  eventually(
    async () => {
      await clock.advance(MINUTE_MS);
      return outbox.pending().length;
    },
    (count) => count === 0,
    5_000,
  );

test('a redirect is not followed, and what has no answer in time is cut; the message comes again', async () => {
  const elsewhere = await receive();
  const { asked, url } = await answerWith([
    (response) => response.writeHead(307, { location: elsewhere.url }).end(),
    () => {},
    (response) => response.writeHead(500).end(Buffer.alloc(10_000_000)),
    (response) => response.writeHead(204).end(),
  ]);
  const posted = post(url, KEY, { timeoutMs: 300 });
  posted.outbox.add([incident]);
  await allSent(posted);
  expect(asked).toEqual(Array<string>(4).fill('alert_7_opened'));
  expect(elsewhere.received).toEqual([]);
  expect(posted.lines.map((line) => JSON.parse(line).reason)).toEqual(['HTTP 307']);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['of 10 MB', (response) => response.writeHead(200).end(Buffer.alloc(10_000_000))],
  ['that states its 2 MB', (response) => response.writeHead(200, { 'content-length': 2_000_000 }).write('a')],
  ['that does not end', (response) => response.writeHead(200).write('a')],
  ['that breaks off', (response) => response.writeHead(200).write('a', () => response.destroy())],
])('a message that is answered 200 was accepted, whatever the body: one %s', async (_what, answer) => {
  const { asked, url } = await answerWith([answer]);
  const posted = post(url, KEY, { timeoutMs: 300 });
  posted.outbox.add([incident]);
  await allSent(posted);
  expect([asked, posted.lines]).toEqual([['alert_7_opened'], []]);
});

test('an address that never answers is given up after about a day, with two log lines, and holds up nobody', async () => {
  const { outbox, clock, lines } = post('http://127.0.0.1:9/', KEY);
  outbox.add([incident]);
  for (let hour = 0; hour < 60 && outbox.pending().length > 0; hour++) {
    await clock.advance(30 * MINUTE_MS);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(outbox.pending()).toEqual([]);
  expect(lines.map((line) => JSON.parse(line).text)).toEqual([
    'an alert could not be posted to ALERT_WEBHOOK_URL; trying again for a day',
    'an alert could not be posted to ALERT_WEBHOOK_URL',
  ]);
});

test('Slack is sent a text and blocks without a signature; its control characters are escaped', async () => {
  const { received, url } = await receive();
  const { outbox } = post(url, undefined);
  outbox.add([incident]);
  await eventually(
    () => received.length,
    (count) => count === 1,
  );
  const [{ headers, body } = { headers: {}, body: '' }] = received;
  expect(Object.keys(headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  const { text, blocks, ...rest } = JSON.parse(body);
  expect(rest).toEqual({});
  expect(text).toContain('token-refused (tea · tiktok): error');
  expect(blocks).toMatchObject([{ type: 'section', text: { type: 'mrkdwn' } }]);
  expect(blocks[0].text.text).toContain('&lt;12&gt; &amp; more');
});
