import { rmSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startDemo } from '../../server/demo/main.ts';
import type { Watched } from '../../server/demo/recorder.ts';
import { launchChromium } from '../support/chromium.ts';
import { eventually } from '../support/collector.ts';

const handle = (name: string) => `[data-test="${name}"]`;

/** What a shopper does: comes from an ad, says yes, looks, buys, and reloads the thank-you page. */
async function visit(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/demo/?ttclid=E.C.P.demo&utm_source=tiktok&utm_medium=paid&utm_campaign=spring`);
  await page.click(handle('consent-accept'));
  await page.click(`${handle('product')} >> nth=0`);
  await page.click(handle('add-to-cart'));
  await page.waitForSelector(handle('added'));
  await page.click(handle('go-to-cart'));
  // A shopper looks at the cart; whoever leaves within a blink has not viewed it.
  await page.waitForRequest((request) => request.postData()?.includes('Cart Viewed') ?? false);
  await page.click(handle('checkout'));
  await page.click(handle('place-order'));
  await page.waitForSelector(handle('order-id'));
  await page.reload();
  await page.waitForSelector(handle('order-id'));
}

interface Item {
  event: string;
  event_id: string;
  user: Record<string, string>;
  properties: Record<string, unknown>;
}

test('a visit from the ad to the reloaded thank-you page reaches each API exactly once', async () => {
  const demo = await startDemo({ PORT: '0', LOG_LEVEL: 'silent' });
  const browser = await launchChromium();
  try {
    const base = `http://127.0.0.1:${demo.port}`;
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (line) => line.type() === 'error' && trouble.push(line.text()));
    await visit(page, base);

    const read = async () =>
      (await fetch(`${base}/demo/deliveries`)).json() as Promise<{ events: Watched[] }>;
    const { events } = await eventually(read, ({ events }) => {
      const pages = events.filter(({ type }) => type === 'page').length;
      const states = events.flatMap((event) => Object.values(event.deliveries).map(({ state }) => state));
      return pages >= 6 && states.every((state) => state === 'delivered' || state === 'skipped');
    });
    const rows = events.flatMap(({ type, event, deliveries }) =>
      Object.entries(deliveries).map(
        ([api, { state }]) => `${api} ${type === 'track' ? event : type} ${state}`,
      ),
    );
    const count = (row: string) => rows.filter((each) => each === row).length;
    const table = (api: string, state: string) =>
      Object.fromEntries(
        [...new Set(rows.filter((row) => row.startsWith(`${api} `) && row.endsWith(` ${state}`)))]
          .map((row) => [row.slice(api.length + 1, -state.length - 1), count(row)] as const)
          .sort(([a], [b]) => a.localeCompare(b)),
      );
    expect(trouble).toEqual([]);
    expect(table('tiktok', 'delivered')).toEqual({
      'Checkout Started': 1,
      'Order Completed': 1,
      'Payment Info Entered': 1,
      'Product Added': 1,
      'Product Viewed': 1,
    });
    expect(table('customerio', 'delivered')).toEqual({
      'Cart Viewed': 1,
      'Checkout Started': 1,
      'Order Completed': 1,
      page: 6,
      'Payment Info Entered': 1,
      'Product Added': 1,
      'Product List Viewed': 1,
      'Product Viewed': 1,
    });
    expect(table('shopline', 'delivered')).toEqual({
      'Checkout Started': 1,
      'Order Completed': 1,
      'Product Added': 1,
      'Product Viewed': 1,
    });

    const sent = demo.sandbox.accepted('tiktok') as Item[];
    const ofOrder = sent.filter(({ event_id }) => event_id.startsWith('order:'));
    expect(ofOrder.map(({ event }) => event).sort()).toEqual(['PlaceAnOrder', 'Purchase']);
    for (const { user, properties } of ofOrder) {
      expect(user).toMatchObject({
        ttclid: 'E.C.P.demo',
        ttp: expect.stringMatching(/^[\w-]{27}$/),
        ip: '127.0.0.1',
        user_agent: expect.stringContaining('Chrome'),
        email: expect.stringMatching(/^[0-9a-f]{64}$/),
        phone: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(properties).toMatchObject({ currency: 'TWD', value: expect.any(Number) });
    }
    expect(new Set(ofOrder.map(({ event_id }) => event_id)).size).toBe(1);
  } finally {
    await browser.close();
    await demo.stop();
    rmSync(`./data/demo-${demo.port}`, { recursive: true, force: true });
  }
});
