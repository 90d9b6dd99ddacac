import { vi } from 'vitest';
import type { Capture } from '../../client/snippet/api.ts';

/** Events of the document, which the snippet sees on the window. */
const OF_DOCUMENT = /^(click|submit|focusin|visibilitychange|prerenderingchange)$/;
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
  const others = window.addEventListener;
  window.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: unknown,
  ) =>
    OF_DOCUMENT.test(type)
      ? listen.call(window, type, listener, { capture: true, signal })
      : others.call(window, type, listener, options as boolean);
  document.addEventListener = (type: string, listener: EventListener) =>
    listen.call(document, type, listener, { capture: true, signal });
  (await import('../../client/snippet/config.ts')).readTag();
  return load();
}

/** The page is hidden, and may come back. Not by `pagehide`, which the pages of earlier tests receive as well. */
export function hidePage(): void {
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  document.dispatchEvent(new Event('visibilitychange'));
  hidden.mockRestore();
}

/** The page is left for an empty one at `path`, with its listeners and timers. Needs fake timers. */
export function leavePage(path: string): void {
  hidePage();
  const leftAt = Date.now();
  vi.clearAllTimers();
  // Cleared timers begin at the first time again.
  vi.setSystemTime(leftAt);
  emptyPage(path);
}

/** An empty browser: no snippet, no storage, no cookies, an empty page at `path`. */
export function freshBrowser(path = '/'): void {
  localStorage.clear();
  for (const cookie of document.cookie.split('; ')) {
    // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookieStore.
    document.cookie = `${cookie.split('=')[0]}=; Max-Age=0; Path=/`;
  }
  emptyPage(path);
}

function emptyPage(path: string): void {
  leave.abort();
  leave = new AbortController();
  delete window.storebeacon;
  document.head.innerHTML = '';
  document.body.innerHTML = '';
  history.replaceState(null, '', path);
}

/** The event, and its properties as they would go over the wire. */
export type Reported = [event: string, properties: Record<string, unknown>];

/** Files that `json-ld.ts` asks for. */
const ASKED: Readonly<Record<string, () => Promise<unknown>>> = {
  repair: () => import('../../client/snippet/repair.ts'),
};
/** Runs the files that the page was given script tags for, in their order. */
async function runAskedFiles(): Promise<void> {
  for (const { src } of document.head.querySelectorAll<HTMLScriptElement>('script[src]'))
    await ASKED[/(\w+)\.js$/.exec(src)?.[1] ?? '']?.();
}

/**
 * What sources report, repeats included: the sources that a module starts through `storebeacon.capture`, as a plugin
 * does, or the one that `pick` returns.
 */
export async function capturing<Module>(
  load: () => Promise<Module>,
  pick?: (loaded: Module) => Capture,
): Promise<{ reported: Reported[] }> {
  const reported: Reported[] = [];
  await onPage({}, async () => {
    const { guard, startWatching, watch } = await import('../../client/snippet/page.ts');
    const { early } = await import('../../client/snippet/early.ts');
    const { onJsonLd } = await import('../../client/snippet/capture/json-ld.ts');
    const { moment } = await import('../../client/snippet/once.ts');
    const tools = { early, guard, onJsonLd, pageProduct: () => ({}), now: moment, watch };
    const capture = (_source: string, start: Capture) =>
      start((event, properties) => reported.push([event, JSON.parse(JSON.stringify(properties))]), tools);
    window.storebeacon = { capture, listen() {}, options: {} } as never;
    const loaded = await load();
    if (pick) capture('', pick(loaded));
    startWatching();
    // The first look is a task of its own.
    vi.advanceTimersByTime(0);
    await runAskedFiles();
  });
  delete window.storebeacon;
  return { reported };
}

/** The messages that wait for an answer, oldest first. */
export const waiting = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith('_sb_q'))
    .sort()
    .map((key) => JSON.parse(localStorage.getItem(key) ?? ''));

/** Whatever is sent is never answered. */
export const answerNothing = () =>
  vi.stubGlobal(
    'XMLHttpRequest',
    class {
      open() {}
      send() {}
    },
  );

/** Whatever is sent is never answered. Returns what was sent, in the order it came. */
export function sending(): () => Record<string, unknown>[] {
  const bodies: string[] = [];
  vi.stubGlobal(
    'XMLHttpRequest',
    class {
      open() {}
      send(body: string) {
        bodies.push(body);
      }
    },
  );
  return () => bodies.flatMap((body) => JSON.parse(body).batch);
}
