import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cookieScope } from '../../server/ingest/cookies.ts';

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const host = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
  fc
    .tuple(
      label,
      fc.constantFrom('co.uk', 'com', 'github.io', 'myshopline.com', 'shoplineapp.com', 'vercel.app'),
    )
    .map((parts) => parts.join('.')),
  fc.ipV4(),
);
const scheme = fc.constantFrom('http', 'https');

test('a cookie never leaves the site of the page, and never belongs to everybody’s domain', () => {
  const EVERYBODYS = new Set([
    'co.uk',
    'com',
    'github.io',
    'myshopline.com',
    'shoplineapp.com',
    'vercel.app',
  ]);
  fc.assert(
    fc.property(scheme, host, host, (protocol, page, collector) => {
      const scope = cookieScope(`${protocol}://${page}`, collector);
      if (!scope) return;
      const { domain } = scope;
      if (domain === undefined) {
        expect(page).toBe(collector);
        return;
      }
      expect(EVERYBODYS.has(domain)).toBe(false);
      for (const name of [page, collector]) expect(name === domain || name.endsWith(`.${domain}`)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('a cookie may travel in clear only where nothing travels: on loopback', () => {
  fc.assert(
    fc.property(scheme, fc.oneof(host, fc.constantFrom('localhost', '127.0.0.1')), (protocol, name) => {
      const scope = cookieScope(`${protocol}://${name}`, name);
      if (scope && !scope.secure)
        expect({ protocol, name }).toEqual({
          protocol: 'http',
          name: expect.stringMatching(/^(localhost|127\.)/),
        });
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['not a page', 'shop.example'],
  ['null', 'shop.example'],
  ['', ''],
  ['https://shop.example', ''],
])('from "%s" to "%s" there is no place for one', (page, collector) => {
  expect(cookieScope(page, collector)).toBeUndefined();
});
