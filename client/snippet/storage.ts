import type { Choice } from './api.ts';
import { options } from './config.ts';
import { fromJson, toJson } from './json.ts';
import { guard } from './page.ts';

/** Parses a stored JSON text; undefined when it is not JSON, null when there is none. */
export const parse = guard((text: string | null | undefined) => fromJson(text || 'null'));

const KEY = '_sb';
/** localStorage; where it is blocked, broken or full, an object that lasts as long as the page. */
export let store: Record<string, string> = guard(() => [localStorage[KEY], localStorage][1])() || {};

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
/** Also in memory: a shop may clear its storage. */
let memory: Memory = {};
export const recall = (): Memory => {
  memory = parse(store[KEY]) || memory;
  return memory;
};
export const remember = (changes: Memory) => {
  memory = { ...recall(), ...changes };
  write(KEY, toJson(memory));
};

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
