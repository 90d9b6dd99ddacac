import type { Page } from 'playwright-core';
import { LARGE, LIST, PRODUCT, SMALL } from './catalogue.ts';
import { ACCOUNT } from './shopline.ts';

/** Longer than any moment within which two sources count as one. */
const PAUSE_MS = 4_000;
/** As often as the snippet looks at the page. */
const STEP_MS = 500;

/** What scripts and requests of the page are under way is there, and what those ask for. */
const arrived = async () => {
  const isAway = (script: HTMLScriptElement & { hasRun?: boolean }) => script.src && !script.hasRun;
  do await fetch('/a-moment-later');
  while ([...document.scripts].some(isAway));
};

/** Lets time pass for the page, slower than anything that it loads. */
async function pass(page: Page, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    await page.evaluate(arrived);
    await page.clock.runFor(STEP_MS);
  }
  await page.evaluate(arrived);
}

/** The page is as it will be: its scripts have run, ours and what ours loads too, and a moment has passed. */
export async function whenIdle(page: Page): Promise<void> {
  await pass(page, 2 * PAUSE_MS);
  await page.waitForFunction(() => typeof window.storebeacon?.anonymousId === 'function');
}

/** Opens a page of the shop by its address. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await whenIdle(page);
}

/** From now on the time of the tab's pages is the test's, and their scripts are followed. */
async function followTime(page: Page): Promise<void> {
  await page.clock.install();
  await page.addInitScript(() => {
    const onEnd = ({ target }: Event) => Object.assign(target as object, { hasRun: true });
    for (const type of ['load', 'error']) document.addEventListener(type, onEnd, true);
  });
}

/** A page by its address, the first of a visit. */
export async function start(page: Page, path: string): Promise<void> {
  await followTime(page);
  await open(page, path);
}

/** Answers the banner of a shop. */
export async function accept(page: Page): Promise<void> {
  await page.click('#banner button');
  await pass(page, PAUSE_MS);
}

/** The first page of a visitor who accepts there. */
export async function enter(page: Page, path: string): Promise<void> {
  await start(page, path);
  await accept(page);
}

/** Does something on the page that leads to another. */
export async function leadsTo(page: Page, path: RegExp, act: () => Promise<unknown>): Promise<void> {
  await Promise.all([page.waitForURL(path), act()]);
  await whenIdle(page);
}

/** Uses a control of the page, and waits until the shop is done with it and a moment has passed. */
export async function use(page: Page, act: () => Promise<unknown>, pauseMs = PAUSE_MS): Promise<void> {
  const said = page.locator('#said');
  const before = Number(await said.textContent());
  await act();
  await page.locator(`#said:text-is("${before + 1}")`).waitFor();
  await pass(page, pauseMs);
}

export const choose = (page: Page, { sku }: { sku: string }) =>
  use(page, async () => page.selectOption('#variant', sku));

/** Adds so many of the chosen variant. */
export async function add(page: Page, quantity: number, button = '#add', pauseMs = PAUSE_MS): Promise<void> {
  await page.fill('#quantity', String(quantity));
  await use(page, () => page.click(button), pauseMs);
}

/** Leaves none or one of a variant in the cart. */
export const setQuantity = (page: Page, { sku }: { sku: string }, quantity: 0 | 1) =>
  use(page, () => page.click(`[data-set="${sku}"][data-quantity="${quantity}"]`));

/**
 * A whole visit, after a page that is left before the banner is answered: one large pack and two small ones into the cart, the large one out again, and the order. The
 * thank-you page is seen three times: loaded, reloaded, and come back to.
 */
export async function visit(page: Page): Promise<void> {
  await start(page, ACCOUNT);
  await open(page, '/');
  await accept(page);
  await leadsTo(page, /collections/, () => page.click(`nav a[href="${LIST}"]`));
  await page.fill('[name=keyword]', 'oolong tea');
  await leadsTo(page, /search/, () => page.press('[name=keyword]', 'Enter'));
  await leadsTo(page, /products/, () => page.click(`main a[href="${PRODUCT}"]`));
  await choose(page, LARGE);
  await add(page, 1);
  await choose(page, SMALL);
  await add(page, 2, '#add-sticky');
  await setQuantity(page, LARGE, 0);
  await leadsTo(page, /cart$/, () => page.click('nav a[href="/cart"]'));
  await leadsTo(page, /checkout/, () => page.click('#checkout'));
  await leadsTo(page, /thank/, () => page.click('#pay'));
  await page.reload();
  await whenIdle(page);
  await page.goBack();
  await whenIdle(page);
}

/** What a merchant does in the theme editor: looks at pages, and tries a button. Ours need not be there. */
export async function edit(page: Page): Promise<void> {
  await followTime(page);
  for (const path of ['/', LIST, PRODUCT]) await open(page, path);
  await add(page, 1);
  await page.goto('/elsewhere');
  await page.evaluate(() => fetch('/a-moment-later'));
}
