import type { Choice } from './api.ts';
import { options } from './config.ts';
import { fromJson, toJson } from './json.ts';
import { guard } from './page.ts';

/** A stored JSON text; undefined when there is none or somebody else wrote something there. */
export const parse = guard((text: string | null | undefined) => fromJson(text || 'null'));

/** localStorage, or, where it is blocked or full, an object that lives as long as the page. */
export let store: Record<string, string> = guard(() => localStorage)() || {};

export const write = (key: string, value: string | number) => {
  try {
    store[key] = value as string;
  } catch {
    store = { ...store, [key]: value as string };
  }
};

/** What we remember of a visitor who allowed it. */
interface Memory {
  choice?: Choice;
  anonymousId?: string | undefined;
  userId?: string | undefined;
  /** The last order ids that were counted. */
  orders?: unknown[];
  /** Messages that found no room or grew too old, since the collector last answered. */
  lost?: number;
}
const KEY = '_sb';
export const recall = (): Memory => parse(store[KEY]) || {};
export const remember = (changes: Memory) => write(KEY, toJson({ ...recall(), ...changes }));

export const readCookie: (name: string) => string | undefined = guard((name: string) => {
  const [, found] = `; ${document.cookie}`.split(`; ${name}=`);
  return found && decodeURIComponent(found.split(';')[0] as string);
});

export const writeCookie = guard(
  (name: string, value: string, maxAgeSeconds: number, domain = options.cookieDomain) => {
    // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is asynchronous and missing in older browsers.
    document.cookie =
      `${name}=${encodeURIComponent(value)};Path=/;SameSite=Lax;Max-Age=${maxAgeSeconds}` +
      (domain ? `;Domain=${domain}` : '') +
      (location.protocol === 'http:' ? '' : ';Secure');
  },
);

/** From this host and its parent domains: the collector may have set it there. */
export const removeCookie = (name: string, domain = location.hostname) => {
  writeCookie(name, '', 0, domain);
  if (domain) removeCookie(name, domain.replace(/[^.]*.?/, ''));
};
