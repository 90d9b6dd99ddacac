import { expect } from 'vitest';
import { ago, events, session } from '../support/console/fixtures.ts';
import { hostile, PAYLOAD } from '../support/console/hostile.ts';
import { open, VIEWS } from '../support/console/pages.ts';
import { startConsole, TOKEN } from '../support/console/server.ts';
import { test } from '../support/console/test.ts';

const at = (name: string) => `[data-test="${name}"]`;

test('a link to a view asks for the token first, and a session that ends comes back to the same address', async ({
  page,
}) => {
  const locked = await startConsole({ locked: true });
  await page.goto(`${locked.base}#/events?name=Order+Completed`);
  await page.fill('[name="token"]', 'guess');
  await page.keyboard.press('Enter');
  await page.locator(at('login-error')).getByText('not the operator token').waitFor();
  await page.fill('[name="token"]', TOKEN);
  await page.keyboard.press('Enter');
  await page.locator(at('events')).waitFor();
  expect(await page.locator('#filter-name').inputValue()).toBe('Order Completed');

  await page.locator(`${at('live')}[data-live="true"]`).waitFor({ state: 'detached' });
  locked.endSession();
  await page.locator(at('login-form')).waitFor();
  expect(page.url()).toContain('#/events?name=Order+Completed');
  expect(await page.locator(at('row')).count()).toBe(0);
  await locked.stop();
});

test('by keyboard: skip link, Problems, a group is counted, sent again and reported to the list', async ({
  page,
  server,
}) => {
  await open(page, server, 'problems');
  await page.keyboard.press('Tab');
  expect(await page.locator(at('skip')).evaluate((node) => node === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');

  const button = page.locator(at('group-replay')).first();
  for (let pressed = 0; pressed < 60 && !(await isFocused(button)); pressed++)
    await page.keyboard.press('Tab');
  expect(await isFocused(button)).toBe(true);
  await page.keyboard.press('Enter');
  await page.locator(at('dry-run')).getByText('28 deliveries would be sent again.').waitFor();
  expect(await page.locator(at('refused')).innerText()).toContain('2 left out (consent withdrawn)');
  expect(server.actions).toHaveLength(1);
  expect(server.actions[0]?.body).toMatchObject({ dryRun: true });

  const confirm = page.locator(at('carry-out'));
  for (let pressed = 0; pressed < 10 && !(await isFocused(confirm)); pressed++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator(at('said')).getByText('28 deliveries are being sent again.').waitFor();
  await page.locator(at('dialog')).waitFor({ state: 'detached' });
  expect(server.actions[1]).toMatchObject({
    path: '/replay',
    csrf: session.csrf,
    body: { selection: { destination: 'tiktok', reason: 'rejected', state: 'dead', shop: 'dewleaf' } },
  });
  // The other group of this reason has other words, and stays.
  await expect.poll(() => page.locator('[data-reason="rejected"]').count()).toBe(1);
});

const isFocused = (locator: { evaluate<T>(read: (node: Element) => T): Promise<T> }) =>
  locator.evaluate((node) => node === document.activeElement);

test('Escape closes a dialog without doing anything, and the focus returns to its button', async ({
  page,
  server,
}) => {
  await open(page, server, 'problems');
  const button = page.locator(at('group-replay')).first();
  await button.focus();
  await page.keyboard.press('Enter');
  await page.locator(at('dry-run')).waitFor();
  await page.keyboard.press('Escape');
  await page.locator(at('dialog')).waitFor({ state: 'detached' });
  expect(await isFocused(button)).toBe(true);
  expect(server.actions.filter(({ body }) => !(body as { dryRun?: boolean }).dryRun)).toEqual([]);
});

test('a group that is never sent in a group has no button, and discarding asks why', async ({
  page,
  server,
}) => {
  await open(page, server, 'problems');
  expect(await page.locator(`[data-reason="unconfirmed-order"] ${at('group-replay')}`).count()).toBe(0);
  await page
    .locator('[data-reason="rejected"]')
    .first()
    .getByRole('button', { name: /Discard/ })
    .click();
  await page.locator(at('dry-run')).getByText('28 dead letters would be discarded.').waitFor();
  await page.locator(at('carry-out')).click();
  expect(await page.locator('dialog input:invalid').count()).toBe(1);
  await page.fill('dialog [name="note"]', 'older than seven days');
  await page.locator(at('carry-out')).click();
  await page.locator(at('said')).getByText('28 dead letters were discarded.').waitFor();
  expect(server.actions.at(-1)?.body).toMatchObject({ note: 'older than seven days' });
});

test('an email is hashed in the browser, and only its digest leaves the page', async ({ page, server }) => {
  await open(page, server, 'events');
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  const asked = page.waitForResponse(/\/admin\/events\?.*email=[0-9a-f]{64}/);
  await page.fill('#sought', ' Lin@Shop.example ');
  await page.keyboard.press('Enter');
  await asked;
  expect(server.searches.at(-1)).toMatchObject({ email: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect([...addresses, page.url()].filter((address) => /lin(@|%40)shop/i.test(address))).toEqual([]);
});

test('over http from another machine the page says why it cannot search by email', async ({
  page,
  server,
}) => {
  const elsewhere = server.base.replace('127.0.0.1', 'collector.shop.example');
  await open(page, { base: elsewhere }, 'events');
  await page.fill('#sought', 'lin@shop.example');
  await page.keyboard.press('Enter');
  await page.locator(at('search-hint')).getByText('sha256sum').waitFor();
  expect(page.url()).not.toContain('lin');
});

test('an event of the stream comes into the list by itself, and a filtered list stays as it is', async ({
  page,
  server,
}) => {
  await open(page, server, 'events');
  await page.locator(`${at('live')}[data-live="true"]`).waitFor();
  const event = { ...events[0], messageId: 'new', name: 'Newsletter Joined', receivedAt: ago(-1_000) };
  server.emit(event as (typeof events)[number]);
  await page.getByRole('link', { name: /Newsletter Joined/ }).waitFor();
  expect(await page.locator(at('row')).first().innerText()).toContain('Newsletter Joined');

  await open(page, server, 'events?name=Page');
  server.emit({ ...event, messageId: 'newer' } as (typeof events)[number]);
  await page.waitForTimeout(300);
  expect(await page.getByRole('link', { name: /Newsletter Joined/ }).count()).toBe(0);
});

test('a time is written the same in every language, by hand or from the calendar, and anything else is refused', async ({
  page,
  server,
  trouble,
}) => {
  await open(page, server, 'orders');
  await page.locator(at('language')).selectOption('zh-Hant');
  const from = page.locator('#filter-from');
  await from.fill('29/11/2026');
  await page.keyboard.press('Enter');
  expect(await page.locator('#filter-from:invalid').count()).toBe(1);
  await from.fill('2026-11-28 08:00');
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=2026-11-28T00%3A00%3A00.000Z/);
  expect(await from.inputValue()).toBe('2026-11-28 08:00');

  await page.getByRole('button', { name: '從日曆選擇' }).first().click();
  const calendar = page.locator('.date-field:has(#filter-from) [type="datetime-local"]');
  expect(await calendar.inputValue()).toBe('2026-11-28T08:00');
  await calendar.evaluate((node: HTMLInputElement) => {
    node.value = '2026-11-29T09:30';
    node.dispatchEvent(new Event('change'));
  });
  expect(await from.inputValue()).toBe('2026-11-29 09:30');
  expect(trouble).toEqual([]);
});

test('each number of a reconciled day leads to the orders behind it', async ({ page, server }) => {
  await open(page, server, 'reconciliation?day=2026-11-28');
  expect(await page.locator(at('orders-sentence')).innerText()).toBe(
    '431 orders, of them 412 paid: TWD\u00a0612,480.',
  );
  await page.locator(at('reconciled-tiktok')).getByText('2 without consent').click();
  await page.locator(at('orders')).waitFor();
  const query = new URLSearchParams(page.url().split('?')[1]);
  expect(Object.fromEntries(query)).toEqual({
    ...{ shop: 'dewleaf', destination: 'tiktok', outcome: 'skipped', reason: 'consent' },
    ...{ from: '2026-11-27T16:00:00.000Z', to: '2026-11-28T16:00:00.000Z' },
  });
});

test('an erasure lists what stays and wants a word to be typed', async ({ page, server }) => {
  await open(page, server, 'visitors/customer-20714');
  await page.locator(at('erase')).click();
  expect(await page.locator(at('remains')).innerText()).toContain('The Events API cannot delete events');
  expect(await page.locator(at('erase-now')).isDisabled()).toBe(true);
  await page.fill('dialog [name="confirmation"]', 'ERASE');
  await page.locator(at('erase-now')).click();
  await page.locator(at('said')).getByText('Erased: 12 events, 2 orders.').waitFor();
  expect(server.actions).toMatchObject([{ path: '/visitors/customer-20714' }]);
});

test('language and colours are chosen and stay chosen', async ({ page, server }) => {
  await open(page, server, 'orders');
  await page.locator(at('language')).selectOption('zh-Hant');
  await page.locator('h1', { hasText: '訂單' }).waitFor();
  await page.locator(at('theme')).selectOption('dark');
  await open(page, server, 'orders');
  expect(await page.locator('h1').innerText()).toBe('訂單');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-Hant');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await background()).toBe('rgb(24, 23, 20)');
});

test('a browser whose language is no tag of one still shows the charts', async ({
  page,
  server,
  trouble,
}) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'language', { value: 'en-US@posix' });
    Object.defineProperty(navigator, 'languages', { value: ['en-US@posix'] });
  });
  await open(page, server, 'overview');
  await page.locator('canvas').first().waitFor();
  expect(trouble).toEqual([]);
});

test('an empty list, a filter without result and a collector that is away are each described', async ({
  page,
  server,
  trouble,
}) => {
  await open(page, server, 'events?q=nothing');
  expect(await page.locator(at('empty')).innerText()).toContain('Nothing matches this filter.');
  await page.route('**/admin/orders*', (route) => route.abort());
  await open(page, server, 'orders');
  await page.getByRole('alert').getByText('The collector does not respond.').waitFor();
  await page.unroute('**/admin/orders*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator(at('orders')).waitFor();
  trouble.length = 0;
});

test('markup in every field of every answer is shown as text', async ({ page, trouble }) => {
  const server = await startConsole({ change: (_path, answer) => hostile(answer) });
  for (const view of VIEWS) {
    await open(page, server, view);
    await page.waitForTimeout(100);
    for (const details of await page.locator('main details').all())
      await details.evaluate((node) => node.setAttribute('open', ''));
    expect(await page.evaluate(() => 'readAsMarkup' in window)).toBe(false);
    expect(await page.locator('main :is(img, script, iframe, object)').count()).toBe(0);
    if (!/^(visitors|reconciliation)$/.test(view))
      expect(await page.locator('main').innerText()).toContain(PAYLOAD.slice(0, 40));
  }
  expect(trouble).toEqual([]);
  await server.stop();
});
