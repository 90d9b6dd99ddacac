import type { Browser, Page } from 'playwright-core';
import type { Storefront } from '../../support/storefront.ts';
import type { Sabotage } from './sabotage.ts';
import { ACT, act, arrive, countDelivered, putPage } from './visit.ts';

/** How a visitor acts and is gone in the same moment. Nothing of ours is on the page they come to, if any. */
interface Way {
  body(id: string): string;
  leave(page: Page, id: string): Promise<unknown>;
}

export const WAYS: Readonly<Record<string, Way>> = {
  'a link': {
    body: (id) => `<a href="/elsewhere" data-sb-event="${ACT}" data-sb-promotion-id="${id}">Spring teas</a>`,
    leave: (page) => page.click('a'),
  },
  'location.href': {
    body: (id) =>
      `<button onclick="storebeacon.track('${ACT}',{promotion_id:'${id}'});location.href='/elsewhere'">Spring teas</button>`,
    leave: (page) => page.click('button'),
  },
  'closing the tab': {
    body: () => '',
    leave: async (page, id) => {
      await act(page, id);
      await page.close();
    },
  },
};

/** One new visitor, who never returns. True when the collector receives the act. */
export async function actAndLeave(
  browser: Browser,
  shop: Storefront,
  { body, leave }: Way,
  id: string,
  options: {
    timeoutMs: number;
    sabotage?: Sabotage | undefined;
    prepare?: (page: Page) => Promise<unknown>;
  },
): Promise<boolean> {
  putPage(shop, '/', body(id), options.sabotage);
  const { visitor, page } = await arrive(browser, shop, options.prepare);
  try {
    await leave(page, id);
    return (await countDelivered(shop, [id], options.timeoutMs)) === 1;
  } finally {
    await visitor.close();
  }
}
