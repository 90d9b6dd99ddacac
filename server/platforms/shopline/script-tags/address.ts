import type { Change, ScriptTag, Wanted } from './script-tags.ts';

/** What the snippet reads from the query of its own address: names of attributes in camelCase, without `data`. */
export const SNIPPET_OPTIONS: readonly string[] = [
  'captures',
  'cartAttributes',
  'consent',
  'consentTool',
  'cookieDomain',
  'dataLayer',
  'debug',
  'domains',
  'endpoint',
  'pixel',
];

/** The snippet's address with its settings in the query, for a platform that takes nothing but an address. */
export function scriptAddress(
  publicUrl: string,
  writeKey: string,
  options: Readonly<Record<string, string>>,
): string {
  return `${publicUrl}/s.js?${new URLSearchParams({ key: writeKey, ...options })}`;
}

/** True for every address of this collector's snippet, whatever its settings are. */
export function isOurs({ src }: ScriptTag, publicUrl: string): boolean {
  // Without a host it would be the shop's own, which is not ours even where the path is.
  const [theirs, ours] = [URL.parse(src, 'https://shop.invalid'), URL.parse(`${publicUrl}/s.js`)];
  return theirs !== null && theirs.host === ours?.host && theirs.pathname === ours.pathname;
}

/**
 * What it takes until our script is there once, as wanted; nothing when it is.
 *
 * @param ours the tags of the shop that are ours; a second one would only load the snippet twice.
 */
export function planInstallation(ours: readonly ScriptTag[], wanted: Wanted): Change[] {
  const isWanted = ({ src, display_scope }: ScriptTag) =>
    URL.parse(src)?.href === URL.parse(wanted.src)?.href && display_scope === wanted.scope;
  const kept = ours.find(isWanted) ?? ours[0];
  if (!kept) return [{ kind: 'install', wanted }];
  const spare = planRemoval(ours.filter((tag) => tag !== kept));
  return isWanted(kept) ? spare : [{ kind: 'replace', tag: kept, wanted }, ...spare];
}

export const planRemoval = (ours: readonly ScriptTag[]): Change[] =>
  ours.map((tag) => ({ kind: 'remove', tag }));
