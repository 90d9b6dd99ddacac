import type { Browser, BrowserContext, Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import type { Sent, Storefront } from '../../support/storefront.ts';
import { shopPage, snippet } from './pages.ts';
import type { Sabotage } from './sabotage.ts';
import { readScript } from './scripts.ts';

/** What a visitor does, by the name a shop would give it; `promotion_id` numbers them. */
export const ACT = 'Promotion Clicked';

/** A page with the snippet, or with its sabotaged copy. */
export function putPage(shop: Storefront, path: string, body: string, sabotage?: Sabotage): void {
  const src = sabotage ? '/sabotaged.js' : '/s.js';
  shop.put('/sabotaged.js', readScript('s.js', sabotage).toString(), { 'Content-Type': 'text/javascript' });
  shop.put(path, shopPage(snippet('', src), body));
}

export interface Visit {
  visitor: BrowserContext;
  page: Page;
}

/**
 * A new visitor on the first page, with the snippet loaded.
 *
 * @param prepare before that page.
 */
export async function arrive(
  browser: Browser,
  shop: Storefront,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Visit> {
  const visitor = await browser.newContext({ baseURL: shop.origin });
  const page = await visitor.newPage();
  await prepare?.(page);
  await page.goto('/');
  await isReady(page);
  return { visitor, page };
}

export const isReady = (page: Page) =>
  page.waitForFunction(() => typeof window.storebeacon?.anonymousId === 'function');

/** The shop's own code reports an act. */
export const act = (page: Page, id: string) =>
  page.evaluate(([event, promotion_id]) => window.storebeacon?.track(event, { promotion_id }), [
    ACT,
    id,
  ] as const);

const actOf = ({ event, properties }: Sent) => (event === ACT ? String(properties.promotion_id) : undefined);

/** The acts the collector knows of, by its messages: more messages than acts would be counted twice. */
export const storedActs = (shop: Storefront): string[] =>
  shop.stored().flatMap((message) => actOf(message) ?? []);

/** Waits for these acts. @returns how many of them have come by then. */
export async function countDelivered(
  shop: Storefront,
  ids: readonly string[],
  timeoutMs: number,
): Promise<number> {
  const count = () => {
    const there = new Set(storedActs(shop));
    return ids.filter((id) => there.has(id)).length;
  };
  await eventually(count, (delivered) => delivered === ids.length, timeoutMs).catch(() => {});
  return count();
}
