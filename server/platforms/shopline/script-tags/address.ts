import type { Change, ScriptTag, Wanted } from './script-tags.ts';

/** Settings the snippet reads from the query of its own URL: its attributes in camelCase, without `data-`. */
export const SNIPPET_OPTIONS: readonly string[] = [
  'captures',
  'cartAttributes',
  'consent',
  'consentTool',
  'contentId',
  'cookieDomain',
  'dataLayer',
  'debug',
  'domains',
  'endpoint',
  'keepParameters',
  'orders',
  'pixel',
];

/** The URL of the snippet with its settings in the query: a script tag consists of a URL only. */
export function scriptAddress(
  publicUrl: string,
  writeKey: string,
  options: Readonly<Record<string, string>>,
): string {
  return `${publicUrl}/s.js?${new URLSearchParams({ key: writeKey, ...options })}`;
}

/** True for every URL of this collector's snippet, whatever its settings. */
export function isOurs({ src }: ScriptTag, publicUrl: string): boolean {
  // A URL without a host is on the shop's own host, so it is not ours even if the path matches.
  const [theirs, ours] = [URL.parse(src, 'https://shop.invalid'), URL.parse(`${publicUrl}/s.js`)];
  return theirs !== null && theirs.host === ours?.host && theirs.pathname === ours.pathname;
}

/**
 * The changes after which our script is installed exactly once, as wanted; none when it is already.
 *
 * @param ours the shop's tags that load our snippet; a second one would load it twice.
 */
export function planInstallation(ours: readonly ScriptTag[], wanted: Wanted): Change[] {
  const isWanted = ({ src, display_scope }: ScriptTag) =>
    URL.parse(src)?.href === URL.parse(wanted.src)?.href && display_scope === wanted.scope;
  const existing = ours.find(isWanted) ?? ours[0];
  if (!existing) return [{ kind: 'install', wanted }];
  const spare = planRemoval(ours.filter((tag) => tag !== existing));
  return isWanted(existing) ? spare : [{ kind: 'replace', tag: existing, wanted }, ...spare];
}

export const planRemoval = (ours: readonly ScriptTag[]): Change[] =>
  ours.map((tag) => ({ kind: 'remove', tag }));
