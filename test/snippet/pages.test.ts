// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CLICK_IDS } from '../../shared/click-ids.ts';
import { answerNothing, freshBrowser, onPage, waiting } from '../support/snippet.ts';

const START = Date.parse('2026-11-27T08:00:00Z');

/** Opens the page that is there, in a shop that does not ask for consent. */
async function open(attributes: Record<string, string> = {}) {
  const page = { consent: 'granted', captures: 'pages', ...attributes };
  await onPage(page, () => import('../../client/snippet/index.ts'));
  vi.advanceTimersByTime(0);
}
const views = () =>
  waiting()
    .filter(({ type }) => type === 'page')
    .map(({ timestamp, context }) => ({ timestamp, ...context.page }));

beforeEach(() => {
  freshBrowser('/');
  vi.useFakeTimers({ now: START });
  answerNothing();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  for (const name of ['prerendering', 'referrer']) Reflect.deleteProperty(document, name);
});

describe('addresses', () => {
  const urlAt = async (path: string, attributes?: Record<string, string>) => {
    history.replaceState(null, '', path);
    await open(attributes);
    return views()[0].url.slice('https://shop.example'.length);
  };

  test.each([
    ['/tea#token=1', '/tea'],
    ['/tea?token=1', '/tea'],
    ['/tea?token=1&utm_source=mail&email=a@b.example#x?utm_medium=y', '/tea?utm_source=mail'],
    ['/tea?utm_source=a%20b+c&gclid=x-1&session=2&_cio_id=9', '/tea?utm_source=a%20b+c&gclid=x-1&_cio_id=9'],
    ['/a&utm_source=path?x=1', '/a&utm_source=path'],
    ['/tea?my_utm_source=1&xgclid=2&gclid_x=3', '/tea'],
  ])('%s is sent as %s', async (path, sent) => {
    expect(await urlAt(path)).toBe(sent);
  });

  test.each(CLICK_IDS.flatMap(({ parameter }) => parameter ?? []))('%s stays', async (name) => {
    expect(await urlAt(`/?a=1&${name}=x.y-Z_9&b=2`)).toBe(`/?${name}=x.y-Z_9`);
  });

  test.each([
    ['/tea?token=1&ref=a%20b&x=2&article.id=7', '/tea?ref=a%20b&article.id=7'],
    ['/tea?Ref=1&xref=2&ref2=3&article-id=4&articleXid=5&undefined=6', '/tea'],
    ['/tea?utm_source=mail&ref=1&token=2', '/tea?utm_source=mail&ref=1'],
    ['/tea?ref=1&ref=2#ref=3', '/tea?ref=1&ref=2'],
  ])('of a shop that keeps ref and article.id, %s is sent as %s', async (path, sent) => {
    expect(await urlAt(path, { 'keep-parameters': 'ref article.id' })).toBe(sent);
  });

  test.each(['title', 'referrer'])('an element named %s is not taken for that of the page', async (name) => {
    for (const tag of ['form', 'img', 'form']) {
      document.body.append(Object.assign(document.createElement(tag), { name }));
      await open();
      vi.advanceTimersByTime(1_000);
      const seen = views();
      expect(seen.length).toBeGreaterThan(0);
      for (const view of seen) expect(['string', 'undefined']).toContain(typeof view[name]);
    }
  });

  test('the referrer is sent without parameters', async () => {
    Object.defineProperty(document, 'referrer', {
      value: 'https://other.example/a?q=alice@example.com#x',
      configurable: true,
    });
    await open();
    expect(views()[0].referrer).toBe('https://other.example/a');
  });
});

describe('a page view', () => {
  test('is no replaced query: a variant, a filter, ad parameters that are removed', async () => {
    history.replaceState(null, '', '/tea?ttclid=E.C.P.click-1');
    await open();
    for (const path of ['/tea', '/tea?variant=2', '/tea?sku=S', '/tea?filter.color=green', '/tea#reviews']) {
      history.replaceState(null, '', path);
      vi.advanceTimersByTime(3000);
    }
    expect(views()).toHaveLength(1);
  });

  test.each(['/cup', '/?q=cup', '/?page=2'])('is a new entry of the history: %s', async (path) => {
    await open();
    history.pushState(null, '', path);
    vi.advanceTimersByTime(3000);
    expect(views()).toHaveLength(2);
  });

  test('is a replaced path', async () => {
    await open();
    history.replaceState(null, '', '/cup');
    vi.advanceTimersByTime(3000);
    expect(views()).toHaveLength(2);
  });

  test('in an app has the title that is set a moment later, its own time, and the page before as referrer', async () => {
    document.title = 'Tea';
    history.replaceState(null, '', '/tea?utm_source=mail');
    await open();
    vi.advanceTimersByTime(10_000);
    history.pushState(null, '', '/cup');
    vi.advanceTimersByTime(1000);
    document.title = 'Cup';
    vi.advanceTimersByTime(2000);
    expect(views()).toMatchObject([
      { title: 'Tea' },
      { title: 'Cup', referrer: 'https://shop.example/tea', timestamp: '2026-11-27T08:00:10.500Z' },
    ]);
  });

  test('of a prerendered page counts when it is shown, with that time, and what its code called', async () => {
    Object.defineProperty(document, 'prerendering', { value: true, configurable: true });
    await open();
    window.storebeacon?.track('Size Guide Opened');
    vi.advanceTimersByTime(60_000);
    expect(waiting()).toEqual([]);
    Object.defineProperty(document, 'prerendering', { value: false, configurable: true });
    document.dispatchEvent(new Event('prerenderingchange'));
    vi.advanceTimersByTime(0);
    expect(views()).toMatchObject([{ timestamp: '2026-11-27T08:01:00.000Z' }]);
    expect(waiting()).toHaveLength(2);
  });
});

test('ad parameters that are removed before the page is parsed are read all the same', async () => {
  history.replaceState(null, '', '/?ttclid=E.C.P.click-1&utm_source=tiktok');
  await onPage({ consent: 'granted', captures: 'pages' }, () => import('../../client/snippet/index.ts'));
  history.replaceState(null, '', '/');
  vi.advanceTimersByTime(1000);
  expect(waiting()[0].context).toMatchObject({
    campaign: { source: 'tiktok' },
    tiktok: { ttclid: 'E.C.P.click-1' },
  });
});

test('three long campaign values do not end the session', async () => {
  const long = encodeURIComponent('茶'.repeat(160));
  history.replaceState(
    null,
    '',
    `/?utm_source=mail&utm_campaign=${long}&utm_term=${long}&utm_content=${long}`,
  );
  await open();
  history.pushState(null, '', '/next');
  vi.advanceTimersByTime(3000);
  const [first, second] = waiting();
  expect(first.context.campaign.term).toBe('茶'.repeat(160));
  expect(second.sessionId).toBe(first.sessionId);
  expect(second.context.campaign).toEqual({ source: 'mail' });
  expect(document.cookie.length).toBeLessThan(4096);
});

describe('what a shop does to its storage', () => {
  test('clearing it does not silence the page: the choice and the ids stay', async () => {
    await open({ consent: 'denied' });
    window.storebeacon?.consent({ advertising: true, analytics: true, marketing: true });
    const id = window.storebeacon?.anonymousId();
    localStorage.clear();
    window.storebeacon?.track('Size Guide Opened');
    expect(waiting()).toMatchObject([
      {
        event: 'Size Guide Opened',
        anonymousId: id,
        context: {
          consent: { categoryPreferences: { advertising: true, analytics: true, marketing: true } },
        },
      },
    ]);
    expect(JSON.parse(localStorage.getItem('_sb') ?? '')).toMatchObject({ choice: { marketing: true } });
  });

  test('reads that throw: the page is counted', async () => {
    const sent: string[] = [];
    vi.stubGlobal(
      'XMLHttpRequest',
      class {
        open() {}
        send(body: string) {
          sent.push(...JSON.parse(body).batch.map(({ type }: { type: string }) => type));
        }
      },
    );
    const broken = new Proxy(localStorage, {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    vi.stubGlobal('localStorage', broken);
    await open();
    vi.advanceTimersByTime(1000);
    vi.stubGlobal('localStorage', undefined);
    expect(sent).toEqual(['page']);
  });
});

describe('installing', () => {
  const TAG =
    '<script src="https://collect.shop.example/s.js" data-key="demo" data-consent="granted"></script>';
  const install = async (html: string) => {
    document.head.innerHTML = html;
    await onPage({}, async () => {});
    Object.defineProperty(document, 'currentScript', { value: null, configurable: true });
    vi.resetModules();
    await import('../../client/snippet/index.ts');
    return window.storebeacon?.options;
  };

  test.each([
    { what: 'a module or evaluated text', html: TAG },
    {
      what: 'an optimiser that changes the type',
      html: TAG.replace('<script', '<script type="a1-text/javascript"'),
    },
    { what: 'a versioned file', html: TAG.replace('s.js', 's/1.2.3.js') },
    {
      what: 'settings in the address',
      html: '<script src="https://collect.shop.example/s.js?key=demo&consent=granted"></script>',
    },
    {
      what: 'other scripts with a key',
      html: `<script src="https://x.example/w.js" data-key="x"></script>${TAG}`,
    },
  ])('by $what finds its tag', async ({ html }) => {
    const options = { key: 'demo', base: 'https://collect.shop.example', consent: 'granted' };
    expect(await install(html)).toMatchObject(options);
  });

  test.each(['', '<script src="https://x.example/w.js" data-key="x"></script>'])(
    'without a tag of ours nothing is thrown and nothing starts: %s',
    async (html) => {
      await install(html);
      expect(window.storebeacon).toBeUndefined();
    },
  );

  test('an element of that name is no beacon', async () => {
    window.storebeacon = document.createElement('script') as never;
    await open();
    expect(views()).toHaveLength(1);
  });

  test('a second copy does nothing', async () => {
    await open();
    await open();
    vi.advanceTimersByTime(3000);
    expect(views()).toHaveLength(1);
  });
});
