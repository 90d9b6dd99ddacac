import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { type Beginning, STAND_INS, TOOL_NAMES, type ToolName } from '../support/consent-tools.ts';
import { arrives, arrivesInAll, html, invoke, snippet, test } from '../support/shopper.ts';
import type { Storefront } from '../support/storefront.ts';
import { NOTHING, traces } from '../support/traces.ts';

const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const STATISTICS = { ...NONE, analytics: true };
const AD = '/?ttclid=E.C.P.spring&utm_source=tiktok&utm_id=MA_9';
/** Anything that tells this visitor from another one. */
const PERSONAL = /[\da-f]{8}-[\da-f]{4}-|E\.C\.P|MA_9|Opened/;
const BANNER = `<button id="accept" onclick="banner.accept()">Accept</button>
  <button id="refuse" onclick="banner.refuse()">Refuse</button>
  <button id="part" onclick="banner.choosePart()">Statistics only</button>`;

/** A stand-in as the text of a script. */
const script = (name: ToolName, beginning: Beginning) => `({ ${STAND_INS[name]} }).${name}('${beginning}');`;
const inline = (name: ToolName, beginning: Beginning) => `<script>${script(name, beginning)}</script>`;

/** A shop that asks first, with its tool before our tag, as vendors ask for. */
const shopPage = (named: string, tools: string) =>
  html(BANNER, tools + snippet({ consent: 'denied', 'consent-tool': named }));

/** The page is open, the plugin is there and has looked; two things happened. */
async function visit(page: Page, path = AD) {
  const plugin = page.waitForResponse('**/consent-tools.js');
  await page.goto(path);
  await (await plugin).finished();
  await invoke(page, 'track', 'Size Guide Opened');
}
const HELD = ['page', 'Size Guide Opened'];
const choices = (shop: Storefront) =>
  shop.stored().map(({ context }) => context.consent?.categoryPreferences);
/** A refusal is the one thing that is remembered of who refused. */
const untilRefused = (page: Page) =>
  expect.poll(async () => (await traces(page)).local, { timeout: 8_000 }).toMatch(/analytics\W+false/);

describe.each(TOOL_NAMES)('a shop whose visitors are asked by %s', (name) => {
  test('keeps and sends nothing before they answered, and then what they allowed', async ({ shop, page }) => {
    await page.clock.install();
    shop.put('/', shopPage(name, inline(name, 'asks')));
    await visit(page);
    await page.clock.runFor(60_000);
    expect(await traces(page)).toEqual(NOTHING);
    expect(shop.posts).toEqual([]);
    await page.click('#accept');
    await page.clock.runFor(60_000);
    await arrivesInAll(shop, page, HELD);
    expect(choices(shop)).toEqual([ALL, ALL]);
    expect(shop.stored()[0]?.context).toMatchObject({
      tiktok: { ttclid: 'E.C.P.spring' },
      campaign: { source: 'tiktok', id: 'MA_9' },
    });
  });

  test('drops what was held when they refuse, on later pages too', async ({ shop, page }) => {
    shop.put('/', shopPage(name, inline(name, 'asks')));
    shop.put('/later', shopPage(name, inline(name, 'refused')));
    await visit(page);
    await page.click('#refuse');
    await untilRefused(page);
    await visit(page, '/later');
    await arrivesInAll(shop, page, []);
    expect(shop.posts).toEqual([]);
    const { cookies, local } = await traces(page);
    expect(cookies).toEqual([]);
    expect(local).not.toMatch(PERSONAL);
  });

  test('forgets who takes a yes back', async ({ shop, page }) => {
    shop.put('/', shopPage(name, inline(name, 'accepted')));
    await visit(page);
    await arrives(shop, HELD);
    await page.click('#refuse');
    await expect.poll(async () => (await traces(page)).cookies, { timeout: 8_000 }).toEqual([]);
    await invoke(page, 'track', 'Chat Opened');
    await arrives(shop, [...HELD, 'Consent Denied']);
    await expect.poll(async () => (await traces(page)).local, { timeout: 8_000 }).not.toMatch(PERSONAL);
    await arrivesInAll(shop, page, [...HELD, 'Consent Denied']);
  });

  test('hears a tool that comes long after the snippet', async ({ shop, page }) => {
    shop.put('/', shopPage(name, ''));
    await visit(page);
    await page.evaluate(script(name, 'asks'));
    expect(shop.posts).toEqual([]);
    expect(await traces(page)).toEqual(NOTHING);
    await page.click('#accept');
    await arrives(shop, HELD);
    expect(choices(shop)).toEqual([ALL, ALL]);
  });
});

test.for(TOOL_NAMES.filter((name) => name !== 'shopline'))(
  'who allows %s statistics only sends no ad id',
  async (name, { shop, page }) => {
    shop.put('/', shopPage(name, inline(name, 'asks')));
    await visit(page);
    await page.click('#part');
    await arrives(shop, HELD);
    expect(choices(shop)).toEqual([STATISTICS, STATISTICS]);
    for (const { context } of shop.stored()) expect(context.tiktok ?? {}).toEqual({});
    expect((await traces(page)).cookies).toEqual(['_sb_id', '_sb_s']);
  },
);

describe('a shop with two tools', () => {
  test('waits for the second answer, and the stricter counts', async ({ shop, page }) => {
    shop.put('/', shopPage('auto', inline('onetrust', 'accepted') + inline('google', 'asks')));
    await visit(page);
    expect(await traces(page)).toEqual(NOTHING);
    await page.click('#part');
    await arrives(shop, HELD);
    expect(choices(shop)).toEqual([STATISTICS, STATISTICS]);
  });

  test('does not take a yes that came with the platform for that of a banner still on its way', async ({
    shop,
    page,
  }) => {
    let arrive = () => {};
    const onItsWay = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    await page.route('**/banner.js', async (route) => {
      await onItsWay;
      await route.fulfill({ contentType: 'text/javascript', body: script('cookiebot', 'asks') });
    });
    await page.clock.install();
    const late = '<script async src="/banner.js"></script>';
    shop.put('/', shopPage('auto', inline('shopline', 'free') + late));
    const plugin = page.waitForResponse('**/consent-tools.js');
    await page.goto('/', { waitUntil: 'commit' });
    await (await plugin).finished();
    await page.clock.runFor(10_000);
    arrive();
    await page.waitForLoadState('load');
    await page.clock.runFor(10_000);
    expect(await traces(page)).toEqual(NOTHING);
    await page.click('#refuse');
    await page.clock.runFor(1_000);
    await untilRefused(page);
    await arrivesInAll(shop, page, []);
  });
});

test('shoppers of a shop with a consent tool load 1.5 KB more at most', () => {
  const code = readFileSync(new URL('../../client/dist/consent-tools.js', import.meta.url));
  expect(brotliCompressSync(code).length).toBeLessThanOrEqual(1_536);
});
