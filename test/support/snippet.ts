import { vi } from 'vitest';

/** What the last page's snippet listens to: it goes with its page. */
let leave = new AbortController();

/**
 * Loads modules of the snippet anew, as a page with this script tag would: in the snippet a module lives as long as
 * its page. Needs a jsdom environment.
 *
 * @param attributes of the tag without `data-`, for example `{ key: 'demo', consent: 'granted' }`.
 */
export async function onPage<T>(attributes: Record<string, string>, load: () => Promise<T>): Promise<T> {
  vi.resetModules();
  const tag = document.createElement('script');
  tag.setAttribute('src', attributes.src ?? 'https://collect.shop.example/s.js');
  for (const [name, value] of Object.entries({ key: 'demo', ...attributes }))
    tag.setAttribute(`data-${name}`, value);
  Object.defineProperty(document, 'currentScript', { value: tag, configurable: true });
  // jsdom has no blob URLs; browsers name each by a random UUID.
  URL.createObjectURL = () => `blob:https://shop.example/${crypto.randomUUID()}`;
  const { signal } = leave;
  const listen = EventTarget.prototype.addEventListener;
  document.addEventListener = (type: string, listener: EventListener) =>
    listen.call(document, type, listener, { capture: true, signal });
  return load();
}

/** An empty browser: no storage, no cookies, an empty page at `path`. */
export function freshBrowser(path = '/'): void {
  leave.abort();
  leave = new AbortController();
  localStorage.clear();
  for (const cookie of document.cookie.split('; ')) {
    // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookieStore.
    document.cookie = `${cookie.split('=')[0]}=; Max-Age=0; Path=/`;
  }
  document.head.innerHTML = '';
  document.body.innerHTML = '';
  history.replaceState(null, '', path);
}
