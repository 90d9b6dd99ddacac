import type { BrowserContext } from 'playwright-core';

/** How long one view took to show, in ms since its address was opened. */
export interface Shown {
  /** The browser's own first paint of content. */
  paintMs: number;
  /** Its data are there: nothing in the view is being loaded, and every request was answered. */
  dataMs: number;
  /** The route that took longest. */
  slowest: { path: string; ms: number };
}

const SHOWN_TIMEOUT_MS = 120_000;
/** For the requests that a part of a view makes once it is there. */
const QUIET_MS = 150;

/** Moves the page's dates, and notes when its view has nothing that is being loaded. */
function prepare(shiftMs: number): void {
  const MachineDate = Date;
  globalThis.Date = class extends MachineDate {
    constructor(...args: [] | [number]) {
      super(...((args.length === 0 ? [MachineDate.now() + shiftMs] : args) as [number]));
    }
    static override now() {
      return MachineDate.now() + shiftMs;
    }
  } as DateConstructor;
  const noted = globalThis as typeof globalThis & { shownMs?: number | undefined };
  const look = () => {
    const isShown = document.querySelector('main h1') && !document.querySelector('main [aria-busy="true"]');
    noted.shownMs = isShown ? (noted.shownMs ?? performance.now()) : undefined;
  };
  const options = { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-busy'] };
  new MutationObserver(look).observe(document, options);
}

/** A browser that is logged in, as one who has the console open already. */
export async function enterConsole(context: BrowserContext, origin: string, token: string, shiftMs: number) {
  const answer = await fetch(`${origin}/console/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (!answer.ok) throw new Error(`the login answers ${answer.status}: ${await answer.text()}`);
  const [cookie = ''] = answer.headers.getSetCookie();
  const [pair = ''] = cookie.split(';');
  const at = pair.indexOf('=');
  await context.addCookies([{ name: pair.slice(0, at), value: pair.slice(at + 1), url: origin }]);
  await context.addInitScript(prepare, shiftMs);
}

/** Opens a view in a page of its own. @throws when it shows an error, or not all within two minutes. */
export async function openView(context: BrowserContext, origin: string, view: string): Promise<Shown> {
  const page = await context.newPage();
  try {
    await page.goto(`${origin}/console/#/${view}`);
    await page
      .waitForFunction(() => (globalThis as { shownMs?: number }).shownMs !== undefined, undefined, {
        timeout: SHOWN_TIMEOUT_MS,
      })
      .catch(async () => {
        const text = await page.locator('body').innerText();
        throw new Error(`${view} shows after two minutes: ${text.slice(0, 500)}`);
      });
    await page.waitForTimeout(QUIET_MS);
    const failure = await page.locator('main .failure').allInnerTexts();
    if (failure.length > 0) throw new Error(`${view}: ${failure.join(' ')}`);
    return await page.evaluate(() => {
      const requests = (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ name }) => name.includes('/admin/') && !name.includes('/admin/stream'))
        .toSorted((a, b) => b.duration - a.duration);
      const { pathname = '', search = '' } = requests[0] ? new URL(requests[0].name) : {};
      return {
        paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
        dataMs: Math.max(
          (globalThis as { shownMs?: number }).shownMs ?? 0,
          ...requests.map(({ responseEnd }) => responseEnd),
        ),
        slowest: { path: pathname + search, ms: requests[0]?.duration ?? 0 },
      };
    });
  } finally {
    await page.close();
  }
}
