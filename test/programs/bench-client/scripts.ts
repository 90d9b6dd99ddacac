import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sabotage } from './sabotage.ts';

const DIST = join(import.meta.dirname, '../../../client/dist');

const LIMITS: Readonly<Record<string, number>> = {
  's.js': 4096,
  'client.js': 4608,
  'json-ld.js': 1536,
  'shopline.js': 2848,
  'pixel-shopline.js': 2688,
  'pixel-shopify.js': 2688,
};
const PLUGIN_LIMIT = 1536;

/** What a page of a shop downloads in all, in bytes after brotli at its best. */
export const PAGES: readonly { page: string; files: readonly string[]; limit: number }[] = [
  { page: 'any shop', files: ['s.js'], limit: 4096 },
  { page: 'any shop, with JSON-LD', files: ['s.js', 'json-ld.js'], limit: 5632 },
  { page: 'SHOPLINE', files: ['s.js', 'shopline.js'], limit: 7168 },
  { page: 'SHOPLINE, with JSON-LD', files: ['s.js', 'json-ld.js', 'shopline.js'], limit: 8448 },
];

/** What a script of ours may weigh, in bytes after brotli at its best; one of no special kind is a plugin. */
export const limitOf = (name: string) => LIMITS[name] ?? PLUGIN_LIMIT;

/** All that the build has made, the snippet itself first. */
export const scriptNames = (): string[] => [...new Set(['s.js', ...globSync('*.js', { cwd: DIST }).sort()])];

/** A built script of ours, or its sabotaged copy. @throws when it is not built. */
export function readScript(name: string, sabotage?: Sabotage): Buffer {
  const code = readFileSync(join(DIST, name));
  return sabotage ? sabotage.spoil(code) : code;
}
