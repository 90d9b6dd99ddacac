import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Received, type ShopServer, serveShop, withSnippet } from '../support/shop-page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** One visitor in one shop. The whole visit is thrown away afterwards. */
async function visit(
  pages: Record<string, string>,
  story: (page: Page, shop: ShopServer, visitor: BrowserContext) => Promise<void>,
  headers?: Record<string, string>,
) {
  await using shop = await serveShop(pages, headers);
  const visitor = await browser.newContext();
  try {
    const page = await visitor.newPage();
    page.setDefaultTimeout(8000);
    await story(page, shop, visitor);
  } finally {
    await visitor.close();
  }
}

const names = (messages: Received[]) => messages.map(({ type, event }) => event ?? type);
const arrived = (shop: ShopServer, ...expected: string[]) =>
  expect
    .poll(() => names(shop.stored()).sort(), { timeout: 8000, interval: 50 })
    .toEqual([...expected].sort());
const queued = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('_sb_q')).length);
/** Long enough for a message to have left, had it been going to. */
const settle = (page: Page) => page.waitForTimeout(1300);

describe('what a shopper does arrives', () => {
  test('page, track and identify, with who, where from and what is allowed', () =>
    visit({ '/': withSnippet() }, async (page, shop, visitor) => {
      await visitor.addCookies([{ name: '_ttp', value: 'ttp-of-the-pixel', url: shop.url }]);
      await page.goto(`${shop.url}/?ttclid=E.C.P.abc&utm_source=tiktok&utm_campaign=spring&utm_id=MA_1`);
      await page.waitForFunction(() => window.storebeacon?.anonymousId);
      await page.evaluate(() => {
        window.storebeacon?.track('Size Guide Opened', { size: 'M' });
        window.storebeacon?.identify('customer-1', { email: 'alice@example.com' });
      });
      await arrived(shop, 'page', 'Size Guide Opened', 'identify');
      const [first, track, identify] = shop.stored();
      expect(first?.context).toMatchObject({
        page: { path: '/', title: 'Shop', search: expect.stringContaining('ttclid') },
        campaign: { name: 'spring', source: 'tiktok', id: 'MA_1' },
        tiktok: { ttclid: 'E.C.P.abc', ttp: 'ttp-of-the-pixel' },
        consent: { categoryPreferences: { advertising: true, analytics: true, marketing: true } },
        library: { name: 'storebeacon', version: expect.stringMatching(/^\d/) },
      });
      expect(Date.now() - Date.parse(String(first?.context.tiktok?.ttclid_at))).toBeLessThan(20_000);
      expect(track).toMatchObject({ properties: { size: 'M' }, anonymousId: first?.anonymousId });
      expect(identify).toMatchObject({ userId: 'customer-1', traits: { email: 'alice@example.com' } });
      expect(shop.requests[0]).toMatchObject({ path: '/v1/b', 'content-type': 'text/plain;charset=UTF-8' });
      const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
      expect(kept).not.toContain('alice@example.com');
    }));

  test('a click that leads away is not lost, and counts once', () =>
    visit(
      {
        '/': withSnippet(
          'data-consent="granted"',
          '<a href="/next" data-sb-event="Promotion Clicked">go</a>',
        ),
        '/next': withSnippet(),
      },
      async (page, shop) => {
        await page.goto(shop.url);
        await arrived(shop, 'page');
        await page.click('a');
        await arrived(shop, 'page', 'Promotion Clicked', 'page');
        await expect.poll(() => queued(page)).toBe(0);
      },
    ));

  test('what waited while the collector was down arrives from the next page', () =>
    visit({ '/': withSnippet(), '/next': withSnippet() }, async (page, shop) => {
      shop.answer = 0;
      await page.goto(shop.url);
      await expect.poll(() => queued(page)).toBe(1);
      shop.answer = 503;
      await settle(page);
      expect(shop.received).toEqual([]);
      shop.answer = 200;
      await page.goto(`${shop.url}/next`);
      await arrived(shop, 'page', 'page');
      await expect.poll(() => queued(page)).toBe(0);
    }));

  test('a tab closed at once has told what it knew', () =>
    visit({ '/': withSnippet('data-consent="granted" data-captures="forms"') }, async (page, shop) => {
      await page.goto(shop.url);
      await page.waitForFunction(() => window.storebeacon?.anonymousId);
      await page.evaluate(() => {
        window.storebeacon?.track('Last Words');
      });
      await page.close({ runBeforeUnload: true });
      await arrived(shop, 'Last Words');
    }));

  test('two tabs write and send at the same time, and nothing is lost', () =>
    visit(
      { '/': withSnippet('data-consent="granted" data-captures="forms"') },
      async (page, shop, visitor) => {
        const other = await visitor.newPage();
        await page.goto(shop.url);
        await page.evaluate(() => {
          window.storebeacon?.track('first');
        });
        await other.goto(shop.url);
        const shout = (name: string) => {
          for (let turn = 0; turn < 30; turn++) window.storebeacon?.track(`${name} ${turn}`);
        };
        for (const tab of [page, other]) await tab.waitForFunction(() => window.storebeacon?.anonymousId);
        await Promise.all([page.evaluate(shout, 'left'), other.evaluate(shout, 'right')]);
        await expect.poll(() => shop.stored().length, { timeout: 8000 }).toBe(61);
        expect(new Set(shop.stored().map(({ anonymousId }) => anonymousId)).size).toBe(1);
      },
    ));
});

describe('page views', () => {
  test('a client-side route counts once, a change of the anchor does not', () =>
    visit({ '/': withSnippet() }, async (page, shop) => {
      await page.goto(shop.url);
      await arrived(shop, 'page');
      await page.evaluate(() => {
        history.pushState(null, '', '/tea');
        history.replaceState({ scroll: 10 }, '', '/tea');
        location.hash = 'reviews';
      });
      await arrived(shop, 'page', 'page');
      await settle(page);
      expect(shop.stored().map(({ context }) => context.page?.path)).toEqual(['/', '/tea']);
    }));

  // The headless browser has no back-forward cache, so the event it would send is sent by hand.
  test('coming back through the back-forward cache is a page view', () =>
    visit({ '/': withSnippet() }, async (page, shop) => {
      await page.goto(shop.url);
      await arrived(shop, 'page');
      await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false })));
      await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
      await arrived(shop, 'page', 'page');
    }));
});

describe('consent', () => {
  test('before the choice nothing is written and nothing is sent; a yes lets everything go, the ad click included', () =>
    visit({ '/': withSnippet('') }, async (page, shop, visitor) => {
      await page.goto(`${shop.url}/?ttclid=E.C.P.abc`);
      await page.waitForFunction(() => window.storebeacon?.anonymousId);
      await page.evaluate(() => {
        window.storebeacon?.track('Size Guide Opened');
      });
      await settle(page);
      expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({});
      expect(await visitor.cookies()).toEqual([]);
      expect(shop.requests).toEqual([]);
      await page.evaluate(() => {
        window.storebeacon?.consent({ advertising: true, analytics: true, marketing: false });
      });
      await arrived(shop, 'page', 'Size Guide Opened');
      expect(shop.stored()[0]?.context.tiktok).toMatchObject({ ttclid: 'E.C.P.abc' });
      expect((await visitor.cookies()).map(({ name }) => name).sort()).toEqual([
        '_sb_id',
        '_sb_s',
        '_sb_tt',
        'ttclid',
      ]);
    }));

  test('a no to everything sends nothing, empties the queue and takes our cookies away', () =>
    visit({ '/': withSnippet() }, async (page, shop, visitor) => {
      shop.answer = 503;
      await page.goto(`${shop.url}/?ttclid=E.C.P.abc`);
      await expect.poll(() => queued(page)).toBe(1);
      await page.evaluate(() => {
        window.storebeacon?.consent({ advertising: false, analytics: false, marketing: false });
        window.storebeacon?.track('Size Guide Opened');
      });
      shop.answer = 200;
      await settle(page);
      expect(await queued(page)).toBe(0);
      expect(await visitor.cookies()).toEqual([]);
      expect(shop.received).toEqual([]);
    }));

  test('Global Privacy Control denies advertising, whatever the shop allows', () =>
    visit({ '/': withSnippet() }, async (page, shop, visitor) => {
      await page.addInitScript(() => {
        Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });
      });
      await page.goto(`${shop.url}/?ttclid=E.C.P.abc`);
      await arrived(shop, 'page');
      expect(shop.stored()[0]?.context).toMatchObject({
        consent: { categoryPreferences: { advertising: false, analytics: true } },
      });
      expect(shop.stored()[0]?.context).not.toHaveProperty('tiktok');
      expect((await visitor.cookies()).map(({ name }) => name)).not.toContain('ttclid');
    }));
});

describe('it lives with whatever the shop and the browser are', () => {
  const HARDSHIPS: [string, () => void][] = [
    [
      'localStorage is blocked',
      () => {
        Object.defineProperty(window, 'localStorage', {
          get() {
            throw new Error('blocked');
          },
        });
      },
    ],
    [
      'cookies are blocked',
      () => {
        Object.defineProperty(document, 'cookie', {
          get() {
            throw new Error('blocked');
          },
          set() {
            throw new Error('blocked');
          },
        });
      },
    ],
    [
      'localStorage is full',
      () => {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError');
        };
        localStorage.clear();
        const fill = 'x'.repeat(5 * 1024 * 1024 - 10);
        Object.defineProperty(localStorage, 'filler', { value: fill });
      },
    ],
    ['crypto.randomUUID is missing', () => Object.defineProperty(crypto, 'randomUUID', { value: undefined })],
    [
      'the shop patches fetch, and its own scripts throw',
      () => {
        window.fetch = () => {
          throw new Error('patched');
        };
        setInterval(() => {
          throw new Error('the shop');
        }, 50);
      },
    ],
    [
      'the shop stops every event',
      () => addEventListener('click', (event) => event.stopPropagation(), { capture: false }),
    ],
  ];
  test.each(HARDSHIPS)('%s', (_hardship, make) =>
    visit(
      { '/': withSnippet('data-consent="granted"', '<button data-sb-event="Promotion Clicked">!</button>') },
      async (page, shop) => {
        const ours: string[] = [];
        page.on('pageerror', ({ message }) => message === 'the shop' || ours.push(message));
        await page.addInitScript(make);
        await page.goto(shop.url);
        await page.click('button');
        await arrived(shop, 'page', 'Promotion Clicked');
        await settle(page);
        expect(shop.received).toHaveLength(2);
        expect(ours).toEqual([]);
      },
    ),
  );

  test('a content security policy without inline script', () =>
    visit(
      { '/': withSnippet() },
      async (page, shop) => {
        await page.goto(shop.url);
        await arrived(shop, 'page');
      },
      { 'Content-Security-Policy': "default-src 'none'; script-src 'self'; connect-src 'self'" },
    ));

  test('included twice, it works once; and it adds one global', () =>
    visit({ '/bare': '<!doctype html><title>Bare</title>', '/': withSnippet() }, async (page, shop) => {
      await page.goto(`${shop.url}/bare`);
      const before = await page.evaluate(() => Object.keys(window));
      await page.goto(shop.url);
      await arrived(shop, 'page');
      await page.addScriptTag({ url: '/s.js' });
      await page.evaluate(() => {
        const again = document.createElement('script');
        again.src = '/s.js';
        again.dataset.key = 'demo';
        document.head.append(again);
        return new Promise((resolve) => {
          again.onload = resolve;
        });
      });
      await settle(page);
      expect(names(shop.received)).toEqual(['page']);
      const after = await page.evaluate(() => Object.keys(window));
      expect(after.filter((name) => !before.includes(name))).toEqual(['storebeacon']);
    }));

  test('calls made before it came are made when it comes', () =>
    visit(
      {
        '/': `<!doctype html><title>Early</title><script>
window.storebeacon=window.storebeacon||['page','track','identify','consent','reset','ready'].reduce((s,m)=>(s[m]=(...a)=>s.q.push([m,...a]),s),{q:[]});
storebeacon.consent({analytics:true});storebeacon.track('Early Bird',{n:1});storebeacon.ready((s)=>{document.title=s.anonymousId()});
</script><script async src="/s.js" data-key="demo"></script>`,
      },
      async (page, shop) => {
        await page.goto(shop.url);
        await arrived(shop, 'page', 'Early Bird');
        expect(await page.title()).toBe(shop.stored()[0]?.anonymousId);
      },
    ));
});
