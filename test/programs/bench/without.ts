import { registerHooks } from 'node:module';

interface Part {
  file: string;
  find: RegExp;
  replace: string;
}

/** What a collector can be started without, to see what it costs. The texts are copies of production code and change with it. */
const PARTS = {
  search: [
    {
      file: 'server/store/sqlite/search/engine.ts',
      find: /const following = follow\(\);/,
      replace: 'const following = Promise.resolve(follow).then(() => {});',
    },
  ],
  history: [
    {
      file: 'server/store/sqlite/history.ts',
      find: /( {4}add\(consumerId: number, [^\n]*\n)/,
      replace: '$1 if (consumerId >= 0) return;',
    },
    {
      file: 'server/delivery/prepare.ts',
      find: /( {2}hash\('sha256', payloads\.map)/,
      replace: '  payloads.length >= 0 ? new Uint8Array(DIGEST_BYTES) : $1',
    },
    {
      file: 'server/delivery/match.ts',
      find: /if \(!matchKeys && !valueKeys\)/,
      replace: 'if (sent.length >= 0)',
    },
  ],
} satisfies Record<string, readonly Part[]>;
export type PartName = keyof typeof PARTS;

/** Arguments of `node` that leave parts out in every thread of the collector. */
export function withoutArguments(names: readonly PartName[]): string[] {
  if (names.length === 0) return [];
  const self = new URL(import.meta.url);
  self.search = names.join(',');
  return ['--import', self.href];
}

/** @throws when a text is not there. */
export function without(source: string, { file, find, replace }: Part): string {
  if (!find.test(source)) throw new Error(`${file} no longer holds ${find}; update the pattern`);
  return source.replace(find, replace);
}

/** The parts of these names, as a query has them. */
export const partsOf = (query: string): readonly Part[] =>
  query.split(',').flatMap((name): readonly Part[] => PARTS[name as PartName] ?? []);

const leftOut = partsOf(new URL(import.meta.url).search.slice(1));
if (leftOut.length > 0)
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const part = leftOut.find(({ file }) => url === new URL(`../../../${file}`, import.meta.url).href);
      if (!part) return loaded;
      const text =
        typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
      return { ...loaded, source: without(text, part) };
    },
  });
