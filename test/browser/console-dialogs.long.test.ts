// @module-tag slow
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { axe, open } from '../support/console/pages.ts';
import { type ConsoleServer, startConsole } from '../support/console/server.ts';
import { test } from '../support/console/test.ts';

const at = (name: string) => `[data-test="${name}"]`;

/** What axe-core finds in light and in dark, on a phone, where there is least room. */
async function inBoth(page: Page, within?: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const line of await axe(page, within)) found.push(`${colorScheme}: ${line}`);
  }
  return found;
}

describe.each([
  { title: 'sending a group again', view: 'problems', opener: at('group-replay') },
  { title: 'discarding a group', view: 'problems', opener: '.group-actions .quiet' },
  { title: 'sending a time range', view: 'problems', opener: at('send-range') },
  { title: 'sending one event again', view: 'events/1', opener: at('event-replay') },
  { title: 'sending an order again', view: 'orders/1', opener: at('send-again') },
  { title: 'erasing a visitor', view: 'visitors/1', opener: at('erase') },
])('the dialog for $title', ({ view, opener }) => {
  test('is clean by axe-core, keeps the focus, and Escape gives it back', async ({
    page,
    server,
    trouble,
  }) => {
    await page.setViewportSize({ width: 375, height: 812 });
    await open(page, server, view);
    const button = page.locator(opener).first();
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator(at('dialog')).waitFor();
    await page.locator(`${at('dialog')} [aria-busy="true"]`).waitFor({ state: 'detached' });
    expect(await inBoth(page, 'dialog')).toEqual([]);

    const places = new Set<string>();
    for (let pressed = 0; pressed < 12; pressed++) {
      await page.keyboard.press('Tab');
      places.add(
        await page.evaluate(() => {
          const { activeElement } = document;
          // Between its last and its first field the browser's own controls have the focus.
          if (activeElement === document.body) return 'browser';
          return activeElement?.closest('dialog') ? 'dialog' : 'behind';
        }),
      );
    }
    expect(places).toContain('dialog');
    expect(places).not.toContain('behind');

    await page.keyboard.press('Escape');
    await page.locator(at('dialog')).waitFor({ state: 'detached' });
    expect(await button.evaluate((node) => node === document.activeElement)).toBe(true);
    expect(server.actions.filter(({ body }) => !(body as { dryRun?: boolean }).dryRun)).toEqual([]);
    expect(trouble).toEqual([]);
  });
});

interface State {
  title: string;
  view: string;
  /** Leads to it. */
  reach: (page: Page, server: ConsoleServer) => Promise<unknown>;
}
const STATES: State[] = [
  {
    title: 'the login after a session that ended behind a dialog',
    view: 'problems',
    async reach(page, server) {
      await page.locator(at('group-replay')).first().click();
      await page.locator(at('dry-run')).waitFor();
      await page.locator(at('dialog')).waitFor();
      server.endSession();
      await page.locator(at('login-form')).waitFor();
      expect(await page.locator(at('dialog')).count()).toBe(0);
    },
  },
  {
    title: 'a wrong token',
    view: 'orders',
    async reach(page, server) {
      server.endSession();
      await page.fill('[name="token"]', 'guess');
      await page.keyboard.press('Enter');
      await page.locator(at('login-error')).getByText('not the operator token').waitFor();
    },
  },
  {
    title: 'a collector that does not respond',
    view: 'orders',
    async reach(page) {
      await page.route('**/console/session', (route) => route.abort());
      await page.reload();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    title: 'the answer to a test event',
    view: 'setup',
    async reach(page) {
      await page.locator(at('test-event')).first().click();
      await page.locator(at('test-answer')).waitFor();
    },
  },
  {
    title: 'an empty list',
    view: 'events?q=nothing',
    reach: (page) => page.locator(at('empty')).waitFor(),
  },
  {
    title: 'an address without a view',
    view: 'nowhere',
    reach: (page) => page.locator('main h1').waitFor(),
  },
];

test.for(STATES)('$title: clean by axe-core', async ({ view, reach }, { page }) => {
  const server = await startConsole();
  await page.setViewportSize({ width: 375, height: 812 });
  await open(page, server, view);
  await reach(page, server);
  expect(await inBoth(page)).toEqual([]);
  await server.stop();
});
