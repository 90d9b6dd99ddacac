// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freshBrowser, onPage } from '../support/snippet.ts';
import { render } from './templates.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('Shopline', {});
  openProductPage();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const CAPTURES = ['pages', 'shopline', 'json_ld', 'data_attributes', 'forms', 'data_layer'];

function openProductPage(): void {
  freshBrowser('/products/oolong');
  document.head.innerHTML =
    '<script type="application/ld+json">{"@type":"Product","sku":"SKU-1","name":"Oolong"}</script>';
}

/** The events held on a product page, and the plugins loaded, with the tag of a block that has these captures on. */
async function pageWith(theme: 'os3' | 'os2', captures: readonly string[]) {
  const block = readFileSync(`client/theme/shopline/${theme}/blocks/app-embed-block.html`, 'utf8');
  const html = render(block, theme === 'os3' ? 'sline' : 'handlebars', {
    collector: 'https://collect.shop.example',
    write_key: 'my-shop',
    consent: 'denied',
    consent_tool: 'off',
    debug: true,
    ...Object.fromEntries(captures.map((name) => [`capture_${name}`, true])),
  });
  const tag = document.createRange().createContextualFragment(html).firstElementChild as HTMLScriptElement;
  const attributes = [...tag.attributes].map(
    ({ name, value }) => [name.replace('data-', ''), value] as const,
  );
  await onPage(Object.fromEntries(attributes), () => import('../../client/snippet/index.ts'));
  const held: string[] = [];
  window.storebeacon?.listen((...notice) => {
    if (notice[0] === 'held') held.push(notice[2].event ?? notice[2].type);
  });
  await vi.advanceTimersByTimeAsync(0);
  const plugins = [...document.head.querySelectorAll<HTMLScriptElement>('[src]')].map(
    ({ src }) => new URL(src).pathname,
  );
  if (plugins.includes('/json-ld.js')) await import('../../client/snippet/json-ld.ts');
  await vi.advanceTimersByTimeAsync(2_000);
  delete window.storebeacon;
  return { held, plugins };
}

test.each(['os3', 'os2'] as const)('the snippet does what the block of %s says', async (theme) => {
  expect(await pageWith(theme, CAPTURES)).toEqual({
    held: ['page', 'Product Viewed'],
    plugins: ['/debug.js', '/data-layer.js', '/json-ld.js', '/shopline.js'],
  });
  openProductPage();
  expect(await pageWith(theme, ['pages', 'json_ld'])).toEqual({
    held: ['page', 'Product Viewed'],
    plugins: ['/debug.js', '/json-ld.js'],
  });
  openProductPage();
  expect(await pageWith(theme, ['pages'])).toEqual({ held: ['page'], plugins: ['/debug.js'] });
  openProductPage();
  expect(await pageWith(theme, [])).toEqual({ held: [], plugins: ['/debug.js'] });
});
