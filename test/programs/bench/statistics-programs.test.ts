// @module-tag slow
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sendWhenDue } from './due.ts';
import { logLogSlope } from './figures.ts';
import { countOf, placeOf, reportOf, visitorOf } from './mix.ts';
import { createShopEntries } from './shop-events.ts';
import { miscounted } from './statistics.ts';

describe('the traffic is what it says', () => {
  test('of each hundred events so many are of each kind, each of them once', () => {
    const places = Array.from({ length: 1000 }, (_, n) => placeOf(n));
    const counts = Map.groupBy(places, ({ kind }) => kind);
    expect(Object.fromEntries([...counts].map(([kind, of]) => [kind, of.length / 10]))).toEqual({
      page: 54,
      landing: 6,
      viewed: 6,
      added: 6,
      checkout: 4,
      order: 4,
      identify: 3,
      report: 17,
    });
    for (const of of counts.values())
      expect(of.map(({ number }) => number).sort((a, b) => a - b)).toEqual(Array.from(of.keys()));
    expect(countOf('landing', 1000)).toBe(60);
  });

  test('every visitor comes, for a few events of several kinds', () => {
    const mine = new Map<number, number[]>();
    for (let n = 0; n < 20_000; n++) {
      const visitor = visitorOf(n, 5000, 4);
      mine.set(visitor, [...(mine.get(visitor) ?? []), n]);
    }
    expect(mine.size).toBe(5000);
    const kinds = new Set((mine.get(1000) ?? []).map((n) => placeOf(n).kind));
    expect(kinds.size).toBeGreaterThan(1);
  });

  test('no two reports of one message are equal', () => {
    const reported = Array.from({ length: 1000 }, (_, number) => Object.values(reportOf(number)).join());
    expect(new Set(reported).size).toBe(1000);
  });

  test('message reports lie there as the webhook stores them, landings with their link, orders with products', () => {
    const entryAt = createShopEntries({ visitors: 50, eventsEach: 4 });
    const entries = Array.from({ length: 200 }, (_, n) => entryAt(n));
    const events = entries.map(({ event }) => event);
    const reports = entries.flatMap(({ audience, event }) =>
      audience === 'statistics' && event.source === 'platform' ? [event] : [],
    );
    expect(reports).toHaveLength(countOf('report', 200));
    const first = reports.find(({ messageId }) => messageId === 'customerio:report-0');
    expect(first?.properties).toMatchObject({
      metric: 'sent',
      delivery_id: 'delivery-0',
      cio_id: 'cio-0',
    });
    expect(events.filter(({ context }) => context.page?.url?.includes('utm_id=MA_'))).toHaveLength(12);
    const orders = events.filter(({ event }) => event === 'Order Completed');
    expect(orders.every(({ properties }) => Array.isArray(properties.products))).toBe(true);
    expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(200);
    expect(JSON.stringify(events)).not.toMatch(/customer-\d+@example/);
  });
});

describe('the figures are honest', () => {
  test('a slope is the power by which something grows', () => {
    const sizes = [10, 40, 160];
    expect(logLogSlope(sizes.map((x) => [x, 7 * x]))).toBeCloseTo(1);
    expect(logLogSlope(sizes.map((x) => [x, 7 * x * x]))).toBeCloseTo(2);
  });

  test('a consumer that left something out, or counted it twice, is found', () => {
    const whole = { landings: countOf('landing', 1000), reports: countOf('report', 1000) };
    expect(miscounted(whole, 1000)).toEqual([]);
    expect(miscounted({ ...whole, landings: 59 }, 1000)).toEqual(['statistics counted 59 landings of 60']);
    expect(miscounted({ ...whole, reports: 171 }, 1000)).toEqual([
      'statistics counted 171 message reports of 170',
    ]);
  });

  test('a server that stalls is charged for everything that was due meanwhile', async () => {
    const STALL_MS = 300;
    const port = await listening((seen) => (seen === 0 ? STALL_MS : 0), true);
    const result = await sendWhenDue({ port, requests: every(10, 20), wants: 'ok' });
    expect(result.maxMs).toBeGreaterThanOrEqual(STALL_MS - 5);
    // Sent while it stalled, answered after it: half of what was due waited at least 100 ms.
    expect(result.p50Ms).toBeGreaterThan(100);
    expect(result.unanswered).toEqual([]);
  });

  test('one slow answer holds nothing else back', async () => {
    const port = await listening((seen) => (seen === 0 ? 400 : 0));
    const { p50Ms, maxMs } = await sendWhenDue({ port, requests: every(10, 20), wants: 'ok' });
    expect(p50Ms).toBeLessThan(200);
    expect(maxMs).toBeGreaterThanOrEqual(395);
  });

  test('what is refused or never answered is no promise, and the slowest of all', async () => {
    const port = await listening((seen) => (seen === 2 ? Number.POSITIVE_INFINITY : 0), false, 5);
    const result = await sendWhenDue({ port, requests: every(10, 8), wants: 'ok', timeoutMs: 300 });
    expect(result).toMatchObject({ maxMs: 300, refusals: { 0: 1, 503: 1 } });
    expect(result.unanswered).toHaveLength(2);
  });
});

const every = (gapMs: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    atMs: index * gapMs,
    bytes: Buffer.from('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n'),
  }));

/**
 * @param delayMs for the request of this number, in order of arrival; infinite: no answer.
 * @param isTogether nothing is answered while one is delayed.
 * @param refused the number of the one that gets 503.
 */
async function listening(
  delayMs: (seen: number) => number,
  isTogether = false,
  refused = -1,
): Promise<number> {
  let seen = 0;
  let freeAtMs = 0;
  const server = createServer((_request, response) => {
    const number = seen++;
    const ms = delayMs(number);
    if (ms === Number.POSITIVE_INFINITY) return;
    if (isTogether) freeAtMs = Math.max(freeAtMs, performance.now() + ms);
    const text = number === refused ? 'no' : 'ok';
    const answer = () => {
      response.writeHead(number === refused ? 503 : 200, { 'Content-Length': text.length }).end(text);
    };
    setTimeout(answer, isTogether ? freeAtMs - performance.now() : ms);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
