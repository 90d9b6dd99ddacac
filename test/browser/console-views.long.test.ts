import { describe, expect } from 'vitest';
import { axe, open, VIEWS } from '../support/console/pages.ts';
import { test } from '../support/console/test.ts';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 375, height: 812 },
];

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
