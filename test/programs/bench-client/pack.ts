import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';

/** Its types are those of its CommonJS form. */
const minify = terser as unknown as typeof terser.default;

/** A module and what it imports by path as one minified script that puts its exports into the global `peer`. */
export async function packForBrowser(file: string): Promise<Buffer> {
  const bundle = await rollup({
    input: file,
    plugins: [minify({ ecma: 2020, compress: { passes: 2 }, format: { comments: false } })],
    onwarn(warning) {
      if (warning.code === 'UNRESOLVED_IMPORT') throw new Error(`${file}: ${warning.message}`);
    },
  });
  const { output } = await bundle.generate({
    format: 'iife',
    name: 'peer',
    exports: 'named',
    inlineDynamicImports: true,
  });
  await bundle.close();
  return Buffer.from(output[0].code.trimEnd());
}
