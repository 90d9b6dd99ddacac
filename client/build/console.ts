import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin, RollupOptions } from 'rollup';
import ts from 'typescript';

const SOURCE = 'client/console';
const OUTPUT = 'client/dist/console';

/** Stylesheets in the order in which they apply. */
const STYLES = [
  'client/demo/tokens.css',
  'node_modules/uplot/dist/uPlot.min.css',
  ...['base', 'frame', 'controls', 'tables', 'timeline', 'charts', 'small'].map(
    (name) => `${SOURCE}/styles/${name}.css`,
  ),
];

/** Files that are served as they are. */
const COPIED = ['index.html', 'icon.svg'];

/** uPlot's entry for Node is not a module. */
const MODULES: Record<string, string> = { uplot: 'uplot/dist/uPlot.esm.js' };

/** Part of the script: their licences are beside it. */
const BUNDLED = ['preact', 'uplot'];

/** The packages that are bundled, found as Node finds them. */
const packages: Plugin = {
  name: 'packages',
  resolveId: (id) =>
    /^(preact|uplot)(\/|$)/.test(id) ? fileURLToPath(import.meta.resolve(MODULES[id] ?? id)) : null,
};

/** uPlot formats by the browser's language as it loads, and throws on tags such as `en-US@posix`. Our axes format themselves. */
const anyLanguage: Plugin = {
  name: 'any-language',
  transform: (code, id) =>
    /[\\/]uplot[\\/]/.test(id) ? { code: code.replaceAll('nav.language', "'en'"), map: null } : null,
};

/** Strips types and compiles TSX (`npm run typecheck` checks the types). */
const stripTypes: Plugin = {
  name: 'strip-console-types',
  transform(code, id) {
    if (!/\.tsx?$/.test(id)) return null;
    const { outputText } = ts.transpileModule(code, {
      fileName: id,
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        jsx: ts.JsxEmit.ReactJSX,
        jsxImportSource: 'preact',
        verbatimModuleSyntax: true,
      },
    });
    return { code: outputText, map: null };
  },
};

/** Without comments and the spaces around signs. Strings in the console's stylesheets hold neither. */
const shortCss = (css: string) =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .trim();

/** The page, its stylesheet, and both beside the script ready compressed. */
const files: Plugin = {
  name: 'console-files',
  buildStart() {
    for (const path of [...STYLES, ...COPIED.map((name) => `${SOURCE}/${name}`)]) this.addWatchFile(path);
  },
  generateBundle(_options, bundle) {
    const built = new Map<string, string>([
      ...COPIED.map((name) => [name, readFileSync(`${SOURCE}/${name}`, 'utf8')] as const),
      ['console.css', shortCss(STYLES.map((path) => readFileSync(path, 'utf8')).join('\n'))],
    ]);
    for (const [fileName, source] of built) this.emitFile({ type: 'asset', fileName, source });
    const licences = BUNDLED.map(
      (name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`,
    );
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: licences.join('\n\n') });
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk') built.set(chunk.fileName, chunk.code);
    for (const [fileName, source] of built) {
      this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(source) });
      this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
    }
  },
};

/**
 * The operator's page: `index.html`, `icon.svg`, `console.js` and `console.css` in `client/dist/console`.
 *
 * @param minify of the configuration: the plugin that shortens the script.
 */
export const consoleBundle = (minify: Plugin): RollupOptions => ({
  input: `${SOURCE}/main.tsx`,
  output: { file: `${OUTPUT}/console.js`, format: 'es' },
  plugins: [packages, anyLanguage, stripTypes, minify, files],
});
