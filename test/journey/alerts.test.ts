// @module-tag slow
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { type Collector, startCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { createSkipClock, type SkipClock } from '../support/skip-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SECRET = `whsec_${Buffer.from('thirty-two bytes of a secret key').toString('base64')}`;

interface Posted {
  type: string;
  data: { id: string; rule: string; destination?: string };
  headers: Record<string, string>;
  body: string;
}

async function receiveAlerts() {
  const posted: Posted[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    posted.push({ ...JSON.parse(body), headers: request.headers as Record<string, string>, body });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { posted, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

/** The clock of a test, minute by minute: a collector looks once in each. */
const pass = async (clock: SkipClock, minutes: number, stepMs = MINUTE_MS) => {
  for (let nth = 0; nth < minutes; nth++) {
    clock.skip(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Lets minutes pass until so many messages were posted. */
const messagesAfter = (clock: SkipClock, read: () => Posted[], count: number) =>
  eventually(
    async () => {
      await pass(clock, 1);
      return read();
    },
    ({ length }) => length >= count,
  );

test('a destination that refuses the token is one message, one open alert over a restart, and one message when it recovers', async () => {
  const { posted, url } = await receiveAlerts();
  const dataDir = tempDir();
  const variables = { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: SECRET };
  const refused = () => posted.filter(({ data }) => data.rule === 'token-refused');
  const clock = createSkipClock();
  const first = await startCollector(variables, { clock, dataDir });
  const { sandbox } = first;
  sandbox.setFaults('tiktok', { status: 401 });
  const order = { order_id: 'A-1', total: 20, currency: 'TWD' };
  await first.post('/v1/track', { anonymousId: 'visitor-1', event: 'Order Completed', properties: order });
  await eventually(
    () => first.lines.join(),
    (lines) => lines.includes('destination rejected the access token'),
  );
  await messagesAfter(clock, refused, 1);
  const scrape = await (await first.admin('GET', '/metrics')).text();
  expect(scrape).toMatch(
    /^storebeacon_alerts_open\{rule="token-refused",severity="error",.*destination="tiktok"\} 1$/m,
  );
  const shown = async (collector: Collector) =>
    (
      (await (await collector.admin('GET', '/admin/alerts')).json()) as {
        alerts: { id: string; until?: string }[];
      }
    ).alerts;
  const [alert] = await shown(first);
  expect(alert).toMatchObject({ rule: 'token-refused', shop: 'shop', destination: 'tiktok' });
  expect(alert?.until).toBeUndefined();
  await first.stop();

  const second = await startCollector(variables, { clock, dataDir, sandbox });
  await pass(clock, 5);
  expect(refused()).toHaveLength(1);
  sandbox.setFaults('tiktok', undefined);
  const messages = await messagesAfter(clock, refused, 2);
  expect(messages.map(({ type }) => type)).toEqual(['alert.opened', 'alert.ended']);
  expect((await shown(second)).find(({ id }) => id === alert?.id)?.until).toBeTruthy();
  expect(new Set(messages.map(({ data }) => data.id)).size).toBe(1);
  expect(messages[0]?.data).toMatchObject({ shop: 'shop', destination: 'tiktok', severity: 'error' });
  expect(await (await second.admin('GET', '/metrics')).text()).not.toMatch(
    /^storebeacon_alerts_open\{rule="token-refused"/m,
  );
  expect([...first.lines, ...second.lines].join()).not.toContain(SECRET);
  // The clock of this test runs ahead, so only the signature itself is checked.
  for (const { headers, body } of messages) {
    const sentAt = new Date(Number(headers['webhook-timestamp']) * 1000);
    const signature = new Webhook(SECRET).sign(headers['webhook-id'] ?? '', sentAt, body);
    expect(headers['webhook-signature']).toBe(signature);
  }
}, 60_000);

test('a new collector whose events a destination refuses has an alert, without any history, until they are sent again', async () => {
  const { posted, url } = await receiveAlerts();
  const clock = createSkipClock();
  const collector = await startCollector({ ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: SECRET }, { clock });
  const { sandbox } = collector;
  sandbox.setFaults('tiktok', { body: { code: 40002, message: 'Param error', request_id: 'r-1' } });
  const batch = [1, 2, 3, 4].map((nth) => ({
    ...{ type: 'track', event: 'Order Completed', anonymousId: `visitor-${nth}`, messageId: `order-${nth}` },
    properties: { order_id: `A-${nth}`, total: 20, currency: 'TWD' },
    context: { traits: { email: `buyer-${nth}@shop.example` }, page: { url: 'https://shop.example/thanks' } },
  }));
  await collector.post('/v1/batch', { batch });
  const dead = async () => {
    const { deadLetters } = (await (await collector.admin('GET', '/admin/dead-letters')).json()) as {
      deadLetters: object[];
    };
    return deadLetters.filter((one) => JSON.stringify(one).includes('tiktok'));
  };
  await eventually(dead, ({ length }) => length >= 4);
  const refused = () => posted.filter(({ data }) => data.rule === 'deliveries-refused');
  await messagesAfter(clock, refused, 1);
  sandbox.setFaults('tiktok', undefined);
  await collector.admin('POST', '/admin/dead-letters/replay', { consumer: 'tiktok@shop' });
  expect((await messagesAfter(clock, refused, 2)).map(({ type }) => type)).toEqual([
    'alert.opened',
    'alert.ended',
  ]);
}, 60_000);

test('orders that stop after a week of them are an alert, found by the search; the words have the numbers', async () => {
  const { posted, url } = await receiveAlerts();
  const clock = createSkipClock();
  const collector = await startCollector({ ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: SECRET }, { clock });
  const day = async (nth: number, orders: number) => {
    const batch = Array.from({ length: 60 }, (_, i) => ({
      ...{ type: 'track', anonymousId: `visitor-${nth}-${i}`, messageId: `message-${nth}-${i}` },
      ...(i < orders
        ? { event: 'Order Completed', properties: { order_id: `B-${nth}-${i}`, total: 20, currency: 'TWD' } }
        : { event: 'Product Viewed', properties: { product_id: 'P-1' } }),
    }));
    expect((await collector.post('/v1/batch', { batch })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await pass(clock, 4, 6 * HOUR_MS);
  };
  for (let nth = 0; nth < 7; nth++) await day(nth, 30);
  expect(posted.filter(({ data }) => data.rule === 'purchases-drop')).toEqual([]);
  await day(7, 0);
  await day(8, 0);
  const [alert] = await eventually(
    () => posted.filter(({ data }) => data.rule === 'purchases-drop'),
    ({ length }) => length > 0,
  );
  expect(alert?.data).toMatchObject({
    shop: 'shop',
    values: { value: 0 },
    words: { means: expect.stringContaining('are usual') },
  });
}, 60_000);
