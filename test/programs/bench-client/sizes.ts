import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Figure, whole } from '../bench/figures.ts';
import type { Options } from './options.ts';
import { loadPeer, PEERS } from './peers.ts';
import { limitOf, PAGES, readScript, scriptNames } from './scripts.ts';

/** What goes over the wire: brotli at its best, as CDNs and the build's `.br` files have it, gzip for the rest. */
const weigh = (code: Buffer) => ({
  brotli: brotliCompressSync(code).length,
  gzip: gzipSync(code, { level: 9 }).length,
  raw: code.length,
});
type Weight = ReturnType<typeof weigh>;

const inColumns = (cells: string[]) => cells.map((cell) => cell.padStart(9)).join('');
const columns = ({ brotli, gzip, raw }: Weight) => inColumns([brotli, gzip, raw].map(whole));

/** Every script of ours and what each kind of page downloads of them, against their limits, then what others put on a shopper's page. */
export async function measureSizes({
  homes,
  sabotage,
}: Pick<Options, 'homes' | 'sabotage'>): Promise<Figure[]> {
  const weights = new Map(scriptNames().map((name) => [name, weigh(readScript(name, sabotage))]));
  const ours = [...weights].map(([name, weight]) => ({
    what: name,
    value: columns(weight),
    goal: { reached: weight.brotli, most: limitOf(name) },
  }));
  const pages = PAGES.map(({ page, files, limit }): Figure => {
    const brotli = files.reduce((sum, name) => sum + (weights.get(name)?.brotli ?? Number.NaN), 0);
    return {
      what: `a page of ${page}`,
      value: inColumns([whole(brotli)]),
      goal: { reached: brotli, most: limit },
    };
  });
  const core = weights.get('s.js')?.brotli ?? 0;
  const theirs = await Promise.all(
    PEERS.map(async (peer): Promise<Figure> => {
      const loaded = await loadPeer(peer, homes);
      if (!loaded)
        return { what: peer.name, value: inColumns(['–']), note: `${peer.package} is not installed` };
      const weight = weigh(loaded.code);
      const source = `${peer.package} ${loaded.version}, ${peer.file}`;
      return {
        what: peer.name,
        value: columns(weight),
        note: `${(weight.brotli / core).toFixed(1)} × s.js: ${source}${peer.isPacked ? ', bundled and minified here' : ''}`,
      };
    }),
  );
  return [{ what: 'bytes', value: inColumns(['brotli', 'gzip', 'raw']) }, ...ours, ...pages, ...theirs];
}
