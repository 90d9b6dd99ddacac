import { globSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { render, type Settings, schemaOf } from './templates.ts';

const ROOT = 'client/theme/shopline';
const THEMES = [
  { folder: 'os3', language: 'sline', locales: 'i18n', parts: ['blocks', 'components', 'i18n', 'public'] },
  {
    folder: 'os2',
    language: 'handlebars',
    locales: 'locales',
    parts: ['assets', 'blocks', 'locales', 'snippets'],
  },
] as const;
type Theme = (typeof THEMES)[number];

const LANGUAGES = ['en', 'zh-hans-cn', 'zh-hant-tw'];
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');
const blockOf = ({ folder }: Theme) => read(`${folder}/blocks/app-embed-block.html`);

const Key = z.string().regex(/^t:[\w.]+$/);
const common = { id: z.string().regex(/^[a-z_]+$/), label: Key, info: Key.optional() };
const Setting = z.discriminatedUnion('type', [
  z.strictObject({ ...common, type: z.literal('text'), placeholder: z.string().optional() }),
  z.strictObject({ ...common, type: z.literal('switch'), default: z.boolean() }),
  z.strictObject({
    ...common,
    type: z.literal('select'),
    default: z.string(),
    options: z.array(z.strictObject({ value: z.string(), label: Key })).min(2),
  }),
]);
/** The fields that SHOPLINE's templates have, with what an embed block in the head may put there. */
const Schema = z.strictObject({
  name: z.string().min(1).max(50),
  target: z.literal('head'),
  javascript: z.array(z.string()),
  stylesheet: z.array(z.string()),
  templates: z.array(z.string()),
  settings: z.array(Setting),
});
const schema = (theme: Theme) => Schema.parse(JSON.parse(schemaOf(blockOf(theme))));

/** Where a key of a locale file leads, or undefined. */
const textAt = (locale: unknown, key: string) =>
  key
    .replace(/^t:/, '')
    .split('.')
    .reduce((at, name) => (at as Record<string, unknown> | undefined)?.[name], locale);
const keysIn = (locale: unknown, path = 't:'): string[] =>
  typeof locale === 'string'
    ? [path]
    : Object.entries(locale as object).flatMap(([name, inner]) =>
        keysIn(inner, path === 't:' ? path + name : `${path}.${name}`),
      );

/** What a merchant gets who fills in the two required fields and leaves the rest. */
const defaults = (theme: Theme): Settings => ({
  ...Object.fromEntries(
    schema(theme).settings.flatMap((setting) =>
      'default' in setting ? [[setting.id, setting.default] as const] : [],
    ),
  ),
  collector: 'https://collect.shop.example',
  write_key: 'my-shop',
});

/** Every element that a page's head gets, as its attributes; text beside them is a mistake. */
function tagsOf(html: string) {
  const { document } = new JSDOM(`<!doctype html><html><head>${html}</head><body></body></html>`).window;
  expect(document.body.innerHTML).toBe('');
  return [...document.head.children].map((element) => ({
    name: element.localName,
    text: element.textContent,
    attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value.trim()])),
  }));
}
const script = (attributes: Record<string, string>) => [{ name: 'script', text: '', attributes }];

describe.each(THEMES)('the embed block of $folder', (theme) => {
  const tagWith = (settings: Settings) =>
    tagsOf(render(blockOf(theme), theme.language, { ...defaults(theme), ...settings }));
  const asLeft = {
    async: '',
    src: 'https://collect.shop.example/s.js',
    'data-key': 'my-shop',
    'data-consent': 'denied',
    'data-captures': 'pages shopline json-ld data-attributes forms',
    'data-consent-tool': 'off',
  };

  test('has a schema that the theme editor can read, each setting once', () => {
    const ids = schema(theme).settings.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const setting of schema(theme).settings)
      if (setting.type === 'select')
        expect(setting.options.map(({ value }) => value)).toContain(setting.default);
  });

  test('uses every setting it asks for, and asks for every one it uses', () => {
    const used = new Set([...blockOf(theme).matchAll(/block\.settings\.(\w+)/g)].map((match) => match[1]));
    expect([...used].sort()).toEqual(
      schema(theme)
        .settings.map(({ id }) => id)
        .sort(),
    );
  });

  test.each(LANGUAGES)('speaks to the merchant in %s, and says nothing that is not shown', (language) => {
    const locale: unknown = JSON.parse(read(`${theme.folder}/${theme.locales}/${language}.schema.json`));
    const keys = schema(theme).settings.flatMap((setting) => [
      setting.label,
      ...(setting.info ? [setting.info] : []),
      ...('options' in setting ? setting.options.map(({ label }) => label) : []),
    ]);
    expect(
      keys.filter((key) => typeof textAt(locale, key) !== 'string' || textAt(locale, key) === ''),
    ).toEqual([]);
    expect(keysIn(locale).filter((key) => !keys.includes(key))).toEqual([]);
  });

  test('stays within SHOPLINE’s limits, in the folders it knows', () => {
    const files = globSync(`${ROOT}/${theme.folder}/**/*`).filter((path) => statSync(path).isFile());
    const bytes = (paths: string[]) => paths.reduce((sum, path) => sum + statSync(path).size, 0);
    const blocks = files.filter((path) => path.includes('/blocks/'));
    expect(bytes(files)).toBeLessThan(10 * 1024 * 1024);
    expect(blocks.length).toBeLessThanOrEqual(25);
    expect(bytes(blocks)).toBeLessThan(100 * 1024);
    const parts = files.map((path) => path.slice(`${ROOT}/${theme.folder}/`.length).split('/'));
    expect(parts.filter(([part = '', file]) => file && !theme.parts.includes(part as never))).toEqual([]);
    expect(read(`${theme.folder}/.shopline-cli.yml`)).toMatch(
      /^project_type: extension\n(.*\n)*EXTENSION_TYPE: THEME_APP_EXTENSION$/m,
    );
  });

  test('as the merchant left it: one tag, which captures all and allows nothing', () => {
    expect(tagWith({})).toEqual(script(asLeft));
  });

  test('everything switched on: one tag with every attribute', () => {
    const on = Object.fromEntries(
      schema(theme).settings.flatMap(({ id, type }) => (type === 'switch' ? [[id, true] as const] : [])),
    );
    expect(tagWith({ ...on, consent: 'granted', consent_tool: 'onetrust' })).toEqual(
      script({
        ...asLeft,
        'data-consent': 'granted',
        'data-captures': 'pages shopline json-ld data-attributes forms data-layer',
        'data-consent-tool': 'onetrust',
        'data-pixel': 'mirror',
        'data-cart-attributes': '',
        'data-debug': '',
      }),
    );
  });

  test.each([
    ['capture_pages', 'shopline json-ld data-attributes forms'],
    ['capture_shopline', 'pages json-ld data-attributes forms'],
    ['capture_json_ld', 'pages shopline data-attributes forms'],
    ['capture_data_attributes', 'pages shopline json-ld forms'],
    ['capture_forms', 'pages shopline json-ld data-attributes'],
  ])('%s switched off is left out alone', (setting, left) => {
    expect(tagWith({ [setting]: false })[0]?.attributes['data-captures']).toBe(left);
  });

  test('all captures switched off is not an empty attribute, which would mean all', () => {
    const off = Object.fromEntries(
      schema(theme).settings.flatMap(({ id }) => (id.startsWith('capture_') ? [[id, false] as const] : [])),
    );
    const html = render(blockOf(theme), theme.language, { ...defaults(theme), ...off });
    expect(/data-captures="(\s+)"/.exec(html)?.[1]).toBeTruthy();
  });

  test.each([
    ['https://collect.shop.example/', 'https://collect.shop.example/s.js'],
    [' https://shop.example/sb ', 'https://shop.example/sb/s.js'],
    ['https://shop.example/sb/', 'https://shop.example/sb/s.js'],
  ])('the address may be written as %j', (collector, src) => {
    expect(tagWith({ collector })).toEqual(script({ ...asLeft, src }));
  });

  test.each([
    ['nothing filled in', { collector: '', write_key: '' }],
    ['no address', { collector: undefined }],
    ['no key', { write_key: undefined }],
  ])('%s: no tag', (_what, settings) => {
    expect(tagWith(settings)).toEqual([]);
  });

  test.each([
    `"><script>alert(1)</script>`,
    `' onerror='alert(1)`,
    `" onload="alert(1)" x="`,
    `</script><img src=x onerror=alert(1)>`,
    `&quot;><b>`,
    `{{ block.settings.write_key }}`,
    `\u0000\u2028<!--`,
  ])('what is typed stays what it is, even %j', (typed) => {
    for (const field of ['write_key', 'consent', 'consent_tool', 'collector']) {
      const tags = tagWith({ consent_tool: 'auto', [field]: typed });
      expect(tags).toHaveLength(1);
      const { name, text, attributes } = tags[0] ?? { attributes: {} };
      expect([name, text]).toEqual(['script', '']);
      expect(Object.keys(attributes)).toEqual(Object.keys(asLeft));
    }
    expect(tagWith({ write_key: typed })[0]?.attributes['data-key']).toBe(typed.replace('\u0000', '\ufffd'));
  });
});

test('the block offers every capture the snippet has', () => {
  const source = readFileSync('client/snippet/start.ts', 'utf8');
  const table = /const CAPTURES[^{]*\{([^}]*)\}/.exec(source)?.[1] ?? '';
  const known = [...table.matchAll(/^ {2}'?([a-z-]+)'?:/gm)].map(([, name = '']) => name);
  expect(known).toContain('pages');
  const offered = [...blockOf(THEMES[0]).matchAll(/capture_\w+\}\}([a-z-]+) /g)].map(([, name = '']) => name);
  expect(offered.sort()).toEqual([...known, 'data-layer'].sort());
});

test('a merchant who changes the theme finds the same settings, in the same words', () => {
  const [os3, os2] = THEMES;
  expect(schema(os2)).toEqual(schema(os3));
  for (const language of LANGUAGES)
    expect(read(`os2/locales/${language}.schema.json`)).toBe(read(`os3/i18n/${language}.schema.json`));
});

test('both configurations of Online Store 3.0 say what SHOPLINE’s tool asks for', () => {
  expect(read('os3/.shopline-cli.yml')).toContain('compatibility: true\n');
  const toml = Object.fromEntries(
    [...read('os3/shopline.theme-app.extension.toml').matchAll(/^(\w+) = "?(.*?)"?$/gm)].map(
      ([, name, value]) => [name, value],
    ),
  );
  expect(toml).toEqual({
    type: 'theme_app_extension',
    compatibility: 'true',
    name: 'Storebeacon',
    handle: 'storebeacon',
  });
});

test('`compatibility` makes the tool push os3 as Online Store 3.0, and os2 as 2.0', () => {
  expect(read('os3/.shopline-cli.yml')).toMatch(/^compatibility: true$/m);
  expect(read('os2/.shopline-cli.yml')).not.toContain('compatibility');
});

test('nothing reaches a shop’s page unescaped', () => {
  const files = globSync(`${ROOT}/**/*.html`);
  expect(files.map((path) => basename(path))).toContain('theme-html.html');
  for (const path of files) expect(readFileSync(path, 'utf8')).not.toContain('{{{');
});

test('the tag to paste is one plain tag, in which neither template language sees anything', () => {
  const html = read('paste-in/theme-html.html');
  expect(html).not.toMatch(/\{\{|\}\}/);
  expect(tagsOf(html)).toEqual(
    script({
      async: '',
      src: 'https://collect.shop.example/s.js',
      'data-key': 'my-shop',
      'data-consent': 'denied',
      'data-consent-tool': 'auto',
    }),
  );
});
