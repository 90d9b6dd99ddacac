// @module-tag slow
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { startCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

const MINUTE_MS = 60_000;
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
  const passMinutes = async (minutes: number) => {
    for (let nth = 0; nth < minutes; nth++) {
      clock.skip(MINUTE_MS);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await passMinutes(6);
  await eventually(refused, ({ length }) => length > 0);
  const scrape = await (await first.admin('GET', '/metrics')).text();
  expect(scrape).toMatch(
    /^storebeacon_alerts_open\{rule="token-refused",severity="error",.*destination="tiktok"\} 1$/m,
  );
  await first.stop();

  const second = await startCollector(variables, { clock, dataDir, sandbox });
  await passMinutes(5);
  expect(refused()).toHaveLength(1);
  sandbox.setFaults('tiktok', undefined);
  await passMinutes(20);
  const messages = await eventually(refused, ({ length }) => length > 1);
  expect(messages.map(({ type }) => type)).toEqual(['alert.opened', 'alert.ended']);
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
