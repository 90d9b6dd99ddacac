// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, expect, test, vi } from 'vitest';
import { freshBrowser } from '../support/snippet.ts';

const ID = '3f2a9c1e-0000-4000-8000-000000000000';
/** Where a link leads once it was clicked. */
async function follow(href: string, isAllowed = true): Promise<string> {
  vi.resetModules();
  const allowed = { advertising: isAllowed, analytics: isAllowed, marketing: isAllowed };
  window.storebeacon = {
    anonymousId: () => ID,
    options: { domains: 'shop.example pay.shop.example' },
    listen: (listener: (...notice: unknown[]) => void) => listener('consent', allowed),
  } as never;
  await import('../../client/snippet/links.ts');
  document.body.innerHTML = `<a href="${href}">x</a>`;
  const link = document.querySelector('a') as HTMLAnchorElement;
  link.addEventListener('click', (event) => event.preventDefault());
  link.click();
  return link.href;
}

beforeEach(() => {
  freshBrowser('/tea');
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  return () => vi.useRealTimers();
});

test.each(['#reviews', '/cart', 'https://shop.example/', 'https://elsewhere.example/'])(
  '%s stays as it is: it leads to no other host of the shop',
  async (href) => {
    expect(await follow(href)).toBe(new URL(href, 'https://shop.example/tea').href);
  },
);

test.each([
  ['', ''],
  ['?to=a%20b&flag&sig=x~y', '?to=a%20b&flag&sig=x~y'],
  ['?_sb=old.1', ''],
  ['?a=1&_sb=old.1', '?a=1'],
  ['?_sb=old.1&a=1', '?a=1'],
])('what the link says besides ("%s") arrives in the same words', async (search, others) => {
  const sb = `_sb=${ID}.1700000000000`;
  expect(await follow(`https://pay.shop.example/${search}`)).toBe(
    `https://pay.shop.example/${others ? `${others}&` : '?'}${sb}`,
  );
});

test.each([
  ['', ''],
  ['?a=1&_sb=theirs.1&b=2', '?a=1&b=2'],
  ['?_sb=theirs.1', ''],
])('without consent the link ("%s") names nobody, not even who was put into it', async (search, left) => {
  expect(await follow(`https://pay.shop.example/${search}`, false)).toBe(`https://pay.shop.example/${left}`);
});
