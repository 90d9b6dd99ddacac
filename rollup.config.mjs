import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const OUTPUT = 'client/dist';
// By absolute URL, so that Rollup leaves the import to Node, which runs TypeScript.
const ours = (file) => import(pathToFileURL(file).href);
const { PLUGINS, PIXELS } = await ours('shared/names.ts');

/** Strips types (`npm run typecheck` checks them). The output runs in browsers of early 2020. */
const compiler = typescript({
  include: ['client/snippet/**/*.ts', 'shared/**/*.ts'],
  compilerOptions: {
    target: 'ES2020',
    module: 'ESNext',
    moduleResolution: 'bundler',
    types: [],
    noCheck: true,
    sourceMap: true,
  },
});
/** One compilation for all bundles, ended by the last one: a compilation each would take ten times as long. */
let bundles = 0;
let isStarted = false;
const stripTypes = {
  name: 'strip-types',
  buildStart(options) {
    if (!isStarted) compiler.buildStart.call(this, options);
    isStarted = true;
  },
  resolveId: compiler.resolveId,
  load: compiler.load,
  closeBundle() {
    bundles--;
    if (bundles === 0) compiler.buildEnd.call(this);
  },
};

const putVersion = {
  name: 'put-version',
  transform: (_code, id) =>
    id.endsWith('/version.ts') ? { code: `export const VERSION = '${version}';`, map: null } : null,
};

/** `let` instead of `const`: with one keyword the file compresses 1 % better. */
const letForConst = {
  name: 'let-for-const',
  renderChunk: (code) => ({ code: code.replace(/\bconst /g, 'let '), map: null }),
};

/**
 * Names in the order in which the mangler assigns them. Found by exchanging two at a time for some minutes; after larger
 * changes to the snippet another order is better. The mangler runs the function in a thread, without what is around it.
 */
const NAMES = {
  get(n) {
    const names =
      's t i u d f p y si so Z v T b g Q te r ss it A D o $ uo U R ti N W a x j tt z m ue H di h qa X ' +
      'se ta ut J M tn c ii K ua O F G st dn us le e ir P l sr ui il n sl sa tl E k S I w _ dt q io to ' +
      'C qs ia L ur Y tr un de dr dl V ds da ie qo fo fe fr fl fi fs fa ft fn sn qe qr ql qi B ul qt ' +
      'qn bo be br bl bi bs ba bt bn lo ts lr ll li ls la lt ln jo je jr jl ji';
    return names.split(' ')[n] ?? `$${n}`;
  },
};

/**
 * Tuned for the size after brotli: `hoist_props` and more inlining make the file shorter but compress worse. Mangling in
 * a second step gives more repetitive names.
 */
const minify = (names) => {
  const compress = {
    passes: 3,
    hoist_props: false,
    inline: 1,
    pure_getters: true,
    unsafe: true,
    unsafe_arrows: true,
  };
  const options = { ecma: 2020, toplevel: true, format: { comments: false } };
  return [
    terser({ ...options, compress, mangle: false }),
    terser({ ...options, compress: false, mangle: names ? { nth_identifier: names } : true }),
  ];
};

/** Compresses once at the best level, for the collector and static hosts. Without the last newline, which costs 4 bytes. */
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

/** The public types, as declaration files beside the bundles. */
const publicTypes = {
  name: 'public-types',
  async generateBundle() {
    const { publicTypes } = await ours('client/build/types.ts');
    for (const [fileName, source] of Object.entries(publicTypes())) {
      this.emitFile({ type: 'asset', fileName, source });
    }
  },
};

/** The file does not name its source map: the comment would cost every page 25 bytes. */
const bundle = (input, file, names) => ({
  input: `client/snippet/${input}`,
  output: { file: `${OUTPUT}/${file}`, format: 'iife', strict: false, sourcemap: 'hidden' },
  plugins: [stripTypes, putVersion, letForConst, ...minify(names), precompress],
});

/** Servers import the module too, and Node warns about access to its own `localStorage`. */
const windowStorage = {
  name: 'window-storage',
  transform: (code, id) =>
    id.endsWith('/storage.ts')
      ? { code: code.replace('() => localStorage', '() => window.localStorage'), map: null }
      : null,
};

/** For shops with a bundler: a module without side effects. */
const packageEntry = {
  input: 'client/snippet/beacon.ts',
  output: { file: `${OUTPUT}/client.js`, format: 'es', sourcemap: true },
  plugins: [windowStorage, stripTypes, putVersion, letForConst, ...minify(NAMES), publicTypes],
};

const configuration = [
  bundle('index.ts', 's.js', NAMES),
  packageEntry,
  ...[...PLUGINS, ...PIXELS].map((name) => bundle(`${name}.ts`, `${name}.js`)),
];
bundles = configuration.length;
export default configuration;
