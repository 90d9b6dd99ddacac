import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';
import ts from 'typescript';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const OUTPUT = 'client/dist';
const PUBLIC_TYPES = 'client/snippet/api.ts';

/** Types are checked by `npm run typecheck`; here they are only taken off. Browsers of early 2020 run what is left. */
const stripTypes = () =>
  typescript({
    include: ['client/snippet/**/*.ts', 'shared/**/*.ts'],
    compilerOptions: {
      target: 'ES2020',
      module: 'ESNext',
      moduleResolution: 'bundler',
      types: [],
      noCheck: true,
    },
  });

const putVersion = {
  name: 'put-version',
  transform: (_code, id) =>
    id.endsWith('/version.ts') ? { code: `export const VERSION = '${version}';`, map: null } : null,
};

/** One kind of declaration in place of two: the compiler has checked them, and the file packs 1 % smaller. */
const letForConst = {
  name: 'let-for-const',
  renderChunk: (code) => ({ code: code.replace(/\bconst /g, 'let '), map: null }),
};

/** Chosen by what the file weighs after brotli, not before: `hoist_props` and inlining shorten the one, not the other. */
const minify = () =>
  terser({
    ecma: 2020,
    toplevel: true,
    compress: {
      passes: 3,
      hoist_props: false,
      inline: 1,
      pure_getters: true,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_methods: true,
    },
    format: { comments: false },
  });

/** For servers that hand out files as they lie; the collector compresses by itself. A last newline costs 4 bytes. */
const precompress = {
  name: 'precompress',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      chunk.code = chunk.code.trimEnd();
      const { fileName, code } = chunk;
      this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(code) });
      this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(code, { level: 9 }) });
    }
  },
};

/** What a page sees of us, as a declaration file beside the bundle. */
const publicTypes = {
  name: 'public-types',
  generateBundle() {
    const { outputText } = ts.transpileDeclaration(readFileSync(PUBLIC_TYPES, 'utf8'), {
      fileName: PUBLIC_TYPES,
    });
    this.emitFile({ type: 'asset', fileName: 'index.d.ts', source: outputText });
  },
};

/** The map lies beside the file, which does not name it: that comment would cost every shopper 25 bytes. */
const bundle = (input, file, ...extra) => ({
  input: `client/snippet/${input}`,
  output: { file: `${OUTPUT}/${file}`, format: 'iife', strict: false, sourcemap: 'hidden' },
  plugins: [stripTypes(), putVersion, letForConst, minify(), precompress, ...extra],
});

export default [bundle('index.ts', 's.js', publicTypes), bundle('pixel-tiktok.ts', 'pixel-tiktok.js')];
