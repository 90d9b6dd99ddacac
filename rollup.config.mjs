import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const OUTPUT = 'client/dist';
// By its whole address, so that Rollup leaves it to Node, which reads TypeScript.
const ours = (file) => import(pathToFileURL(file).href);
const { PLUGINS, PIXELS } = await ours('shared/names.ts');

/** Types are checked by `npm run typecheck`; here they are only taken off. Browsers of early 2020 run what is left. */
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
/** One compilation serves all bundles: one for each would take ten times as long. The last bundle ends it. */
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

/** One kind of declaration in place of two: the compiler has checked them, and the file packs 1 % smaller. */
const letForConst = {
  name: 'let-for-const',
  renderChunk: (code) => ({ code: code.replace(/\bconst /g, 'let '), map: null }),
};

/** Short names in the order the snippet gives them out: which order packs it best was found by trying some hundreds. */
const NAMES = {
  get(n) {
    const first = 'stiudfqbljWhrAmCvcoaXx$yLU_RPNHkgVZJEBwYGTzSOIKFMnpeQD';
    const second = 'oerlisatn';
    const rest = n - first.length;
    return rest < 0 ? first[n] : first[Math.floor(rest / second.length)] + second[rest % second.length];
  },
};

/**
 * Chosen by what the file weighs after brotli, not before: `hoist_props` and inlining shorten the one, not the other,
 * and names given anew to what is left, in a second step, come out more alike.
 */
const minify = (names) => {
  const compress = {
    passes: 3,
    hoist_props: false,
    inline: names ? 2 : 1,
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

/** Once, at its best, for the collector and whatever else hands files out as they lie. A last newline costs 4 bytes. */
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

/** What a shop's code sees of us, as declaration files beside the bundles. */
const publicTypes = {
  name: 'public-types',
  async generateBundle() {
    const { publicTypes } = await ours('client/build/types.ts');
    for (const [fileName, source] of Object.entries(publicTypes())) {
      this.emitFile({ type: 'asset', fileName, source });
    }
  },
};

/** The map lies beside the file, which does not name it: that comment would cost every shopper 25 bytes. */
const bundle = (input, file, names) => ({
  input: `client/snippet/${input}`,
  output: { file: `${OUTPUT}/${file}`, format: 'iife', strict: false, sourcemap: 'hidden' },
  plugins: [stripTypes, putVersion, letForConst, ...minify(names), precompress],
});

/** Servers import the module too, and Node warns whoever touches its own `localStorage`. In pages both are the same. */
const windowStorage = {
  name: 'window-storage',
  transform: (code, id) =>
    id.endsWith('/storage.ts')
      ? { code: code.replace('() => localStorage', '() => window.localStorage'), map: null }
      : null,
};

/** For shops that bundle by themselves: a module, which does nothing until it is told to. */
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
