import type { Choice } from './api.ts';
import { options } from './config.ts';
import { fromJson, toJson } from './json.ts';
import { guard } from './page.ts';

/** Parses a stored JSON text; undefined when it is not JSON, null when there is none. */
export const parse = guard((text: string | null | undefined) => fromJson(text || 'null'));

/** localStorage; where it is blocked or full, an object that lasts as long as the page. */
export let store: Record<string, string> = guard(() => localStorage)() || {};

export const write = (key: string, value: string | number) => {
  try {
    store[key] = value as string;
  } catch {
    store = { ...store, [key]: value as string };
  }
};

/** What is stored about a visitor after consent. */
interface Memory {
  choice?: Choice;
  anonymousId?: string | undefined;
  userId?: string | undefined;
  /** The last order and checkout ids that were counted. */
  orders?: unknown[];
  /** Messages and schema.org texts dropped by limits or age since the last response. */
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
  (name: string, value: string | number, maxAgeSeconds: number, domain = options.cookieDomain) => {
    // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is asynchronous and missing in older browsers.
    document.cookie =
      `${name}=${encodeURIComponent(value)};Path=/;SameSite=Lax;Max-Age=${maxAgeSeconds}` +
      (domain ? `;Domain=${domain}` : '') +
      (location.protocol === 'http:' ? '' : ';Secure');
  },
);

/** Also from the parent domains, where the collector may have set it. */
export const removeCookie = (name: string, domain = location.hostname) => {
  writeCookie(name, '', 0, domain);
  if (domain) removeCookie(name, domain.replace(/[^.]*.?/, ''));
};
