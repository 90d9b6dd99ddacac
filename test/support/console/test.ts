import { test as base } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { startConsole } from './server.ts';

/** A console with fixtures, a browser for the file, and a page on which nothing may go wrong. */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what a fixture needs.
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await launchChromium({ hosts: 'loopback' });
    onCleanup(() => browser.close());
    return browser;
  })
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  .extend('server', async ({}, { onCleanup }) => {
    const server = await startConsole();
    onCleanup(server.stop);
    return server;
  })
  .extend('page', async ({ browser }, { onCleanup }) => {
    const context = await browser.newContext({
      ...{ viewport: { width: 1440, height: 900 }, timezoneId: 'Asia/Taipei', locale: 'en-US' },
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    onCleanup(() => context.close());
    return page;
  })
  .extend('trouble', { auto: true }, async ({ page }): Promise<string[]> => {
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (line) => line.type() === 'error' && trouble.push(line.text()));
    return trouble;
  });
