// @module-tag slow
import { describe, expect } from 'vitest';
import type { EventList, GroupList, OrderList } from '../../shared/operator-api/index.ts';
import { ADMIN_TOKEN, eventually, startCollector } from '../support/collector.ts';
import { ATTACKS, attackWith } from '../support/console/attack.ts';
import { axe, open, VIEWS } from '../support/console/pages.ts';
import { test } from '../support/console/test.ts';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 375, height: 812 },
];

/** A colon, comma, bracket or quotation mark of English beside a Chinese character. */
const HALF_WIDTH = /.*(\p{Script=Han} ?[:,;(“”]|[:,;)“”] ?\p{Script=Han}).*/gu;

describe.each(VIEWS)('%s', (view) => {
  test('is clean by axe-core in light and dark, and is never wider than the window', async ({
    page,
    server,
    trouble,
  }) => {
    const found: string[] = [];
    for (const viewport of SIZES) {
      await page.setViewportSize(viewport);
      await open(page, server, view);
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (tooWide > 0) found.push(`${viewport.width}: ${tooWide} px too wide`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const line of await axe(page)) found.push(`${viewport.width} ${colorScheme}: ${line}`);
      }
    }
    expect(found).toEqual([]);
    expect(trouble).toEqual([]);
  });
});

test('in Chinese no sentence and no label has the signs of English', async ({ page, server, trouble }) => {
  await open(page, server, 'overview');
  await page.locator('[data-test="language"]').selectOption('zh-Hant');
  await page.locator('html[lang="zh-Hant"]').waitFor();
  for (const view of VIEWS) {
    await open(page, server, view);
    const texts = await page.evaluate(() => {
      const labelled = document.querySelectorAll('[aria-label]');
      return [document.body.innerText, ...[...labelled].map((node) => node.getAttribute('aria-label') ?? '')];
    });
    const found = texts.flatMap((text) => text.match(HALF_WIDTH) ?? []);
    expect([view, found]).toEqual([view, []]);
  }
  expect(trouble).toEqual([]);
});

test('what strangers send under the write key, and what an API answers, runs nowhere: every view and detail of a real collector', async ({
  page,
  trouble,
}) => {
  const { base, post, admin, sandbox } = await startCollector();
  page.on('dialog', (dialog) => {
    trouble.push(dialog.message());
    void dialog.dismiss();
  });
  const json = async (path: string) => (await admin('GET', path)).json();
  for (const [nth, text] of ATTACKS.entries()) {
    sandbox.setFaults('tiktok', { status: 200, body: { code: 40002, message: text, request_id: text } });
    sandbox.setFaults('customerio', { status: 400, body: { meta: { errors: [text] } } });
    const answer = await post('/v1/batch', { batch: attackWith(text, nth) });
    expect(await answer.json()).toMatchObject({ rejected: [] });
    await eventually(
      () => json('/admin/status') as Promise<{ destinations: { waiting: number }[] }>,
      ({ destinations }) => destinations.every(({ waiting }) => waiting === 0),
    );
  }
  const { events } = await eventually(
    () => json('/admin/events?limit=100') as Promise<EventList>,
    (list) => list.events.length >= 4 * ATTACKS.length && list.indexedUntil.lag === 0,
  );
  const { orders } = (await json('/admin/orders')) as OrderList;
  expect(orders).toHaveLength(ATTACKS.length);
  const csv = await (await admin('GET', '/admin/orders?format=csv')).text();
  expect(csv).toContain(`"'=HYPERLINK(`);
  expect(csv).not.toMatch(/(^|[,;\t\r\n])"?[=+@]/m);
  // What is discarded is in the list of actions, with the words of the API.
  const { groups } = (await json('/admin/dead-letters/groups?state=dead')) as GroupList;
  for (const { destination, words = '' } of groups)
    await admin('POST', '/admin/discard', { selection: { destination, words }, note: ATTACKS[0] });

  const named = (what: string, ids: readonly string[]) =>
    ids.map((id) => `${what}/${encodeURIComponent(id)}`);
  const visitors = ATTACKS.map((text, nth) => `${text}${nth}`);
  const details = [
    ...named(
      'events',
      events.map(({ messageId }) => messageId),
    ),
    ...named(
      'orders',
      orders.map(({ id }) => id),
    ),
    ...named('visitors', visitors),
  ];
  expect(details.length).toBeGreaterThanOrEqual(6 * ATTACKS.length);
  await page.goto(`${base}/console/`);
  await page.fill('[name="token"]', ADMIN_TOKEN);
  await page.keyboard.press('Enter');
  await page.locator('main h1').waitFor();
  // Before the login the page asked for a session.
  trouble.length = 0;
  const views = VIEWS.filter((view) => !view.endsWith('/1'));
  for (const view of [...views, ...details]) {
    await open(page, { base: `${base}/console/` }, view);
    const found = await page.evaluate(() => {
      for (const node of document.querySelectorAll('main details')) node.setAttribute('open', '');
      const links = [...document.querySelectorAll<HTMLAnchorElement>('a[href]')];
      return {
        hasRun: 'readAsMarkup' in window,
        elements: document.querySelectorAll('main :is(img, script, iframe, object, embed, form[action], b)')
          .length,
        elsewhere: links.filter(({ origin }) => origin !== location.origin).map(({ href }) => href),
      };
    });
    expect([view, found]).toEqual([view, { hasRun: false, elements: 0, elsewhere: [] }]);
  }
  expect(trouble).toEqual([]);
}, 150_000);
