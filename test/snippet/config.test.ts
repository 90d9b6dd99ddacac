// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { onPage } from '../support/snippet.ts';

test.each([
  { src: 'https://h.example/s.js', base: 'https://h.example' },
  { src: 'https://h.example/s.js?v=2', base: 'https://h.example' },
  { src: 'https://h.example/x/s.js', base: 'https://h.example/x' },
  { src: 'https://h.example/s/1.2.3.js', base: 'https://h.example' },
  { src: 'https://h.example/x/s/0.1.0-beta.1.js', base: 'https://h.example/x' },
  { src: 'https://s.js.example/assets/s.js', base: 'https://s.js.example/assets' },
])('a script from $src reports to $base', async ({ src, base }) => {
  const config = await onPage({ src }, () => import('../../client/snippet/config.ts'));
  expect(config.options.base).toBe(base);
});

test('the address may say the settings, for platforms that take nothing else; the tag’s own attributes win', async () => {
  const src = 'https://h.example/x/s.js?key=a%2Fb&consent=granted&endpoint=https://c.example/y';
  const { options } = await onPage({ src, key: 'own' }, () => import('../../client/snippet/config.ts'));
  expect(options).toMatchObject({
    base: 'https://h.example/x',
    key: 'own',
    consent: 'granted',
    endpoint: 'https://c.example/y',
  });
});
