import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rollup } from 'rollup';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { loadPixel, openPage } from '../support/pixel.ts';
import { SHOPIFY, SHOPLINE } from '../support/pixel-platforms.ts';
import { tempDir } from '../support/temp-dir.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ROOT = 'client/theme/pixels';
const read = (path: string) => readFileSync(path, 'utf8');
const SETTINGS = ['endpoint', 'key', 'consent', 'events'];

/** The setting's fields of a configuration file, by name. */
const fieldsOf = (toml: string) =>
  Object.fromEntries(
    [...toml.matchAll(/^\[settings\.fields\.(\w+)\]\nname = "(.+)"\ndescription = "(.+)"$/gm)].map(
      ([, field = '', name, description]) => [field, { name, description }],
    ),
  );

/** A copy of the repository's part that a build needs, so that nothing is written into it. */
function copyOf(folder: string): string {
  const project = tempDir(onTestFinished);
  const copy = join(project, ROOT, folder);
  cpSync(join(ROOT, folder), copy, { recursive: true, filter: (path) => !path.endsWith('/build') });
  cpSync('client/dist', join(project, 'client/dist'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'));
  return copy;
}

const run = (code: string) => async () => new Function(code)();

describe('the SHOPLINE extension', () => {
  test('has what a push requires: a configuration, one default language, no empty file', () => {
    const folder = join(ROOT, 'shopline');
    const toml = read(join(folder, 'shopline.pixels.extension.toml'));
    expect(toml).toMatch(/^type = "shopline-pixels-extension"$/m);
    expect(toml).toMatch(/^runtime_context = "strict"$/m);
    expect(Object.keys(fieldsOf(toml))).toEqual(SETTINGS);
    const locales = globSync(join(folder, 'locales/*.json'));
    expect(locales.filter((path) => path.endsWith('.default.json'))).toEqual([
      join(folder, 'locales/en.default.json'),
    ]);
    for (const path of locales) expect(statSync(path).size).toBeGreaterThan(0);
  });

  test('names its settings in English, Traditional and Simplified Chinese', () => {
    const folder = join(ROOT, 'shopline');
    const texts = (language: string) => JSON.parse(read(join(folder, `locales/${language}.json`))).settings;
    expect(texts('en.default')).toEqual(fieldsOf(read(join(folder, 'shopline.pixels.extension.toml'))));
    for (const language of ['zh-TW', 'zh-CN']) {
      expect(Object.keys(texts(language))).toEqual(SETTINGS);
      expect(JSON.stringify(texts(language))).toMatch(/\p{Script=Han}/u);
    }
  });

  test('is built by `npm run build` into the folder that a push sends, and starts in a sandbox', {
    timeout: 30_000,
  }, async () => {
    const copy = copyOf('shopline');
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: copy });
    const built = globSync(join(copy, 'build/**/*.js'));
    expect(built).toEqual([join(copy, 'build/main.js')]);
    const code = read(join(copy, 'build/main.js'));
    expect(code).not.toMatch(/\bimport\b|\brequire\(/);
    openPage();
    expect((await loadPixel(run(code), {}, 'configure')).subscribed).toHaveLength(SHOPLINE.events);
  });
});

describe('the Shopify extension', () => {
  test('has the settings, and asks for no permission that would hold it back', () => {
    const toml = read(join(ROOT, 'shopify/shopify.extension.toml'));
    expect(toml).toMatch(/^type = "web_pixel_extension"$/m);
    expect(toml).toMatch(/^runtime_context = "strict"$/m);
    expect(toml).toMatch(/^analytics = false\nmarketing = false\npreferences = false$/m);
    expect(Object.keys(fieldsOf(toml))).toEqual(SETTINGS);
  });

  test('is bundled from src/index.js with the pixel beside it, and starts in a sandbox', async () => {
    const copy = copyOf('shopify');
    cpSync('client/dist/pixel-shopify.js', join(copy, 'src/pixel-shopify.js'));
    const bundle = await rollup({ input: join(copy, 'src/index.js') });
    const [chunk] = (await bundle.generate({ format: 'iife' })).output;
    expect(chunk.code.length).toBeLessThan(128 * 1024);
    openPage();
    expect((await loadPixel(run(chunk.code), {}, 'extend')).subscribed).toHaveLength(SHOPIFY.events);
  });
});
