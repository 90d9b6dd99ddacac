import type { Page } from 'playwright-core';

/** Everything a page may leave in a browser. */
export async function traces(page: Page) {
  const cookies = (await page.context().cookies()).map(({ name }) => name).sort();
  const stored = await page.evaluate(async () => ({
    local: JSON.stringify({ ...localStorage }),
    session: JSON.stringify({ ...sessionStorage }),
    databases: await indexedDB.databases(),
  }));
  return { cookies, ...stored };
}

export const NOTHING = { cookies: [], local: '{}', session: '{}', databases: [] };
