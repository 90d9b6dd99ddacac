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
const { KEPT_PARAMETERS } = await ours('client/snippet/kept-parameters.ts');
const { consoleBundle } = await ours('client/build/console.ts');
const { serverBundle } = await ours('server/build/server-bundle.ts');

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

/** Modules whose values are computed here, so that the browser downloads the values alone. */
const COMPUTED = {
  '/version.ts': `export const VERSION = '${version}';`,
  '/kept-parameters.ts': `export const KEPT_PARAMETERS = ${KEPT_PARAMETERS};`,
};
const putComputed = {
  name: 'put-computed',
  transform(_code, id) {
    const name = Object.keys(COMPUTED).find((ending) => id.endsWith(ending));
    return name ? { code: COMPUTED[name], map: null } : null;
  },
};

/**
 * `let` instead of `const`: with one keyword the file compresses 1 % better. Around it an arrow, which the minifier does not
 * make where a function inside uses `this`.
 */
const letForConst = {
  name: 'let-for-const',
  renderChunk: (code) => ({
    code: code.replace(/^\(function \(\) \{/, '(() => {').replace(/\bconst /g, 'let '),
    map: null,
  }),
};

/**
 * Names in the order in which the mangler assigns them. Found by exchanging two at a time for some minutes; after larger
 * changes to the snippet another order is better. The mangler runs the function in a thread, without what is around it.
 */
const NAMES = {
  get(n) {
    const names =
      's t i u d g Z q x n z tt st sn O a h dr p sa o B L sr c m so ti T D N G ii si da di K il jo Q lo $ E _ J ui ' +
      'qt ql qa dn te e qs ts ds ua tr dt uo P sl it V F W ue Y to y qr ut w ir se us M f ta dl de H k bn X ss l ' +
      'ie io A fr C v U I qi qo fo fe r fl fi fs fa ft ur b R qe ul bt S un ia qn bo le br bl bi bs ba be fn tn tl ' +
      'lr ll li ls la lt ln j je jr jl ji';
    return names.split(' ')[n] ?? `$${n}`;
  },
};

/**
 * The names of `s.js`, one for each variable, in the order in which the mangler asks for them; found in the same way. Where
 * one is taken the mangler asks again: each table gives a right file, but after changes to the snippet another one is better.
 */
const SNIPPET_NAMES = {
  next: 0,
  get(n) {
    const names =
      'ir t it c s ii F U tr u tn te st sn b _ o jo qt sa W V L ue sr f k so ti a fr i w io si di J g bn ' +
      'S qr j Q O G p y E v r us I e D ts d ua ui q uo se B dn P X qa n ie to A R un ft H ia m l qs ul ' +
      'tl de M ut tt Y ss Z qe dt z N $ ds T K s t t s t s o s i s s t s c i s t s u i s s t s s t s i S ' +
      't s t s s s t s s s t i sa t H g s i t t s i s t i u s u i s s u t t d st t o q t n d u i s t s E ' +
      's i H s s t i s t s s t s q u t n s o st H i m n s i d c n q t T i u o s d r st u m t s u m s u s ' +
      't s i t s t g t s q d u i s q d u q d s s i T t g u s i i s n st s s i d t t s u t i s s t i s u ' +
      't s t u s i i s s s t s i d t d s q d i g';
    return names.split(' ')[this.next++] ?? `$${n}`;
  },
};

/** The same for the sandbox pixels, a character each. */
const PIXEL_NAMES = {
  get: (n) => 'etairnlhcdvbgFxRo_kfXpYJzmECAjSTLIWHZsVUPM$BuDqOGNQKyw'[n] ?? `$${n}`,
};

/** The same for the plugins that are close to their limits. */
const PLUGIN_NAMES = {
  'debug-differences': 'S M d C f D g G K t J $ L R s m',
  'json-ld': 'k n s D d i h l t w O L x K J a P r $ b f p g S N e y m M u o q R c _ C E G T A v z j I',
  shopline: 'e t b c l o u g _ m p s j n d F w J k i a G T P K q U v z M Z x y B h O H X E D A W',
  'shopline-cart': 'r O m U a N i c P S R x h f n Q t g v s o T w l y u k e z q',
};
const namesOf = (names) =>
  names && {
    names,
    get(n) {
      return this.names.split(' ')[n] ?? `$${n}`;
    },
  };

/**
 * Tuned for the size after brotli: `hoist_props` makes the file shorter but compress worse, and so does more inlining, but
 * for `s.js`. Mangling in a second step gives more repetitive names.
 */
const minify = (names, inline = 1) => {
  const compress = {
    passes: 3,
    hoist_props: false,
    inline,
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

/** What the package `@storebeacon/client` holds beside the module: its types as declaration files, and the licence. */
const packageFiles = {
  name: 'package-files',
  async generateBundle() {
    const { publicTypes } = await ours('client/build/types.ts');
    const files = { ...publicTypes(), LICENSE: readFileSync('LICENSE', 'utf8') };
    for (const [fileName, source] of Object.entries(files)) {
      this.emitFile({ type: 'asset', fileName, source });
    }
  },
};

/** The file does not name its source map: the comment would cost every page 25 bytes. */
const bundle = (input, file, names, inline) => ({
  input: `client/snippet/${input}`,
  output: { file: `${OUTPUT}/${file}`, format: 'iife', strict: false, sourcemap: 'hidden' },
  plugins: [splitCart, stripTypes, putComputed, letForConst, ...minify(names, inline), precompress],
});

/** What cart requests mean is a file of its own, which `shopline.js` loads when it is needed. */
const splitCart = {
  name: 'split-cart',
  resolveId: (id, importer) =>
    id.endsWith('/use-cart.ts') ? compiler.resolveId.call(null, './load-cart.ts', importer) : null,
};

/** Servers import the module too: Node warns about access to its own `localStorage`, and before Node 21 has no `navigator`. */
const ON_SERVERS = {
  '/storage.ts': [/\blocalStorage\b/g, 'window.localStorage'],
  '/consent.ts': [/\bnavigator\./g, 'globalThis.navigator?.'],
};
const forServers = {
  name: 'for-servers',
  transform(code, id) {
    const name = Object.keys(ON_SERVERS).find((ending) => id.endsWith(ending));
    return name ? { code: code.replace(...ON_SERVERS[name]), map: null } : null;
  },
};

/** For shops with a bundler: a module without side effects. */
const packageEntry = {
  input: 'client/snippet/beacon.ts',
  output: { file: `${OUTPUT}/client.js`, format: 'es', sourcemap: true },
  plugins: [forServers, stripTypes, putComputed, letForConst, ...minify(NAMES), packageFiles],
};

const configuration = [
  bundle('index.ts', 's.js', SNIPPET_NAMES, 2),
  packageEntry,
  ...PLUGINS.map((name) => bundle(`${name}.ts`, `${name}.js`, namesOf(PLUGIN_NAMES[name]))),
  ...PIXELS.map((name) => bundle(`${name}.ts`, `${name}.js`, PIXEL_NAMES)),
];
bundles = configuration.length;
export default [
  ...configuration,
  consoleBundle(terser({ ecma: 2020, module: true, compress: { passes: 2 } })),
  serverBundle,
];
