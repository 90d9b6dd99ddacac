// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Report } from '../../client/snippet/api.ts';
import { freshBrowser, onPage, waiting } from '../support/snippet.ts';
import { onFreshPages, until } from '../support/sources.ts';

onFreshPages();

const put = (data: object) => {
  const script = document.createElement('script');
  script.type = 'application/ld+json';
  script.textContent = JSON.stringify(data);
  document.head.replaceChildren(script);
};
const oolong = { '@type': 'Product', sku: 'SKU-1', name: 'Oolong' };
const cup = { '@type': 'Product', sku: 'SKU-2', name: 'Cup' };

let bus: Report;
const open = async (attributes: Record<string, string> = {}) => {
  await onPage(
    { consent: 'granted', captures: 'pages json-ld', ...attributes },
    () => import('../../client/snippet/index.ts'),
  );
  window.storebeacon?.capture('bus', (report) => {
    bus = report;
  });
  vi.advanceTimersByTime(0);
};
const loadPlugin = () => import('../../client/snippet/json-ld.ts');
const files = () =>
  [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map(({ src }) => new URL(src).pathname);
/** Name, product, path and milliseconds since the page was opened, of each queued message by time. */
const sent = () =>
  waiting()
    .map(({ event = 'page', properties = {}, context, timestamp }) => [
      event,
      properties.sku,
      context.page.path,
      Date.parse(timestamp) - START,
    ])
    .sort(([, , , a], [, , , b]) => a - b);
let START = 0;

beforeEach(() => {
  freshBrowser('/oolong');
  START = Date.now();
});

describe('the file is fetched', () => {
  test('by no page without schema.org data', async () => {
    await open();
    until(10_000);
    expect(files()).toEqual([]);
  });

  test('once, when data appears, however often it changes', async () => {
    await open();
    until(3_000);
    put(oolong);
    until(3_500);
    expect(files()).toEqual(['/json-ld.js']);
    document.head.append(document.createElement('meta'));
    const script = document.querySelector('[type="application/ld+json"]') as Element;
    script.textContent = JSON.stringify(cup);
    until(10_000);
    expect(files()).toEqual(['/json-ld.js']);
  });

  test('at once while the document is parsed, and its data is read when it is whole', async () => {
    put(oolong);
    const readyState = vi.spyOn(document, 'readyState', 'get').mockReturnValue('loading');
    await open();
    expect(files()).toEqual(['/json-ld.js']);
    await loadPlugin();
    until(3_000);
    expect(sent()).toEqual([]);
    readyState.mockRestore();
    until(6_000);
    expect(sent().map(([event]) => event)).toEqual(['page', 'Product Viewed']);
    expect(files()).toEqual(['/json-ld.js']);
  });

  test('by no page whose tag leaves it out', async () => {
    put(oolong);
    await open({ captures: 'pages' });
    until(10_000);
    expect(files()).toEqual([]);
  });

  test('before the SHOPLINE file, whatever the order in the tag, and runs before it', async () => {
    put(oolong);
    vi.stubGlobal('Shopline', {});
    await open({ captures: 'shopline json-ld' });
    expect(files()).toEqual(['/json-ld.js', '/shopline.js']);
    expect(
      [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map(({ async }) => async),
    ).toEqual([false, false]);
  });
});

describe('a file that arrives late', () => {
  test('reports with the time and page of what was seen', async () => {
    put(oolong);
    await open();
    until(4_000);
    await loadPlugin();
    until(6_000);
    expect(sent()).toEqual([
      ['page', undefined, '/oolong', 0],
      ['Product Viewed', 'SKU-1', '/oolong', 0],
    ]);
  });

  test('after another source has reported the view, adds nothing', async () => {
    put(oolong);
    await open();
    until(1_000);
    bus('Product Viewed', { sku: 'SKU-1' });
    until(4_000);
    await loadPlugin();
    until(6_000);
    expect(sent()).toEqual([
      ['page', undefined, '/oolong', 0],
      ['Product Viewed', 'SKU-1', '/oolong', 1_000],
    ]);
  });

  test('after the URL changed, reports both pages and is no repeat of the other', async () => {
    put(oolong);
    await open();
    until(1_000);
    history.pushState(null, '', '/cup');
    put(cup);
    until(1_600);
    bus('Product Viewed', { sku: 'SKU-2' });
    until(2_000);
    await loadPlugin();
    until(9_000);
    expect(sent()).toEqual([
      ['page', undefined, '/oolong', 0],
      ['Product Viewed', 'SKU-1', '/oolong', 0],
      ['page', undefined, '/cup', 1_500],
      ['Product Viewed', 'SKU-2', '/cup', 1_600],
    ]);
  });

  test('after the URL changed, adds nothing to a page that another source reported', async () => {
    put(oolong);
    await open();
    until(300);
    bus('Product Viewed', { sku: 'SKU-1' });
    until(1_000);
    history.pushState(null, '', '/about');
    until(2_000);
    await loadPlugin();
    until(9_000);
    expect(sent().map(([event, , path]) => [event, path])).toEqual([
      ['page', '/oolong'],
      ['Product Viewed', '/oolong'],
      ['page', '/about'],
    ]);
  });

  test('holds its reports until the visitor has chosen', async () => {
    put(oolong);
    await open({ consent: 'denied' });
    until(4_000);
    await loadPlugin();
    until(6_000);
    expect(sent()).toEqual([]);
    window.storebeacon?.consent({ advertising: true, analytics: true, marketing: true });
    expect(sent()).toEqual([
      ['page', undefined, '/oolong', 0],
      ['Product Viewed', 'SKU-1', '/oolong', 0],
    ]);
  });

  test('reports what is found only when the page is left', async () => {
    await open();
    await loadPlugin();
    // Notices of this page alone: pages of earlier tests listen for `pagehide` too.
    const events: unknown[] = [];
    window.storebeacon?.listen((...notice) => {
      if (notice[0] === 'message') events.push(notice[2].event ?? notice[2].type);
    });
    until(3_600);
    put(oolong);
    window.dispatchEvent(new Event('pagehide'));
    expect(events).toEqual(['page', 'Product Viewed']);
  });
});
