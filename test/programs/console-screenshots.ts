import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { open, VIEWS } from '../support/console/pages.ts';
import { startConsole } from '../support/console/server.ts';

export const CONSOLE_SCREENSHOTS = 'client/console/screenshots';

/** Takes every view of the console with fixtures, at 1440 and 390 px, in light and dark. */
export async function takeConsoleScreenshots(browser: Browser): Promise<void> {
  mkdirSync(CONSOLE_SCREENSHOTS, { recursive: true });
  const server = await startConsole();
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1440, 390]) {
      const viewport = { width, height: 900 };
      const page = await browser.newPage({
        viewport,
        colorScheme,
        timezoneId: 'Asia/Taipei',
        locale: 'en-US',
      });
      for (const view of VIEWS) {
        await open(page, server, view === 'reconciliation' ? 'reconciliation?day=2026-11-28' : view);
        // Charts are painted once their place has a size.
        await page.waitForTimeout(300);
        const name = `${view.replace('/', '-')}-${width}-${colorScheme}`;
        await page.screenshot({ path: `${CONSOLE_SCREENSHOTS}/${name}.png`, fullPage: width < 1000 });
      }
      await page.close();
    }
  await server.stop();
}
