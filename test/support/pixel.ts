import { vi } from 'vitest';

export interface SentMessage {
  type: string;
  event?: string;
  properties?: Record<string, unknown>;
  traits?: Record<string, unknown>;
  messageId: string;
  timestamp: string;
  anonymousId: string;
  userId?: string;
  context: Record<string, unknown> & {
    consent: { categoryPreferences: Record<string, boolean> };
    tiktok?: Record<string, string>;
    traits?: Record<string, unknown>;
  };
}
export interface Post {
  url: string;
  request: RequestInit;
  batch: SentMessage[];
  writeKey: string;
}
export type Reply = number | { status: number; headers: Record<string, string> };

/** A page around a sandbox: what it keeps, and what it was asked to send. It outlives the sandboxes on it. */
export function openPage(cookies: Record<string, string> = {}, stored: Record<string, unknown> = {}) {
  const storage = new Map(Object.entries(stored).map(([key, value]) => [key, JSON.stringify(value)]));
  const page = {
    cookies: new Map(Object.entries(cookies)),
    /** Every cookie that was set, as it was written. */
    written: [] as string[],
    storage,
    posts: [] as Post[],
    /** What the collector says from now on; 0 cuts the line. */
    reply: 200 as Reply | ((post: Post) => Reply | Promise<Reply>),
    sentMessages: () => page.posts.flatMap(({ batch }) => batch),
    names: () => page.sentMessages().map(({ type, event }) => event ?? type),
    stored: (key: string) => JSON.parse(storage.get(key) ?? 'null'),
    browser: {
      cookie: {
        get: async (name: string) => page.cookies.get(name) ?? '',
        set: async (cookie: string) => {
          page.written.push(cookie);
          const [pair = ''] = cookie.split(';');
          const [name = '', value = ''] = pair.split('=');
          page.cookies.set(name, value);
        },
      },
      localStorage: {
        getItem: async (key: string) => storage.get(key) ?? null,
        setItem: async (key: string, value: string) => void storage.set(key, value),
      },
    },
  };
  vi.stubGlobal('fetch', async (url: string, request: RequestInit) => {
    const post = { url, request, ...JSON.parse(String(request.body)) } as Post;
    page.posts.push(post);
    const reply = typeof page.reply === 'function' ? await page.reply(post) : page.reply;
    if (reply === 0) throw new TypeError('Failed to fetch');
    return typeof reply === 'number' ? new Response(null, { status: reply }) : new Response(null, reply);
  });
  return page;
}

export const SETTINGS = { endpoint: 'https://collect.shop.example', key: 'demo', consent: 'granted' };

/**
 * Loads a pixel anew, as a sandbox on this page would, pasted in unless `by` says otherwise.
 *
 * @param lent more of what the platform lends, or something else in its place.
 */
export async function loadPixel(
  load: () => Promise<unknown>,
  provided: Record<string, unknown> = {},
  by: 'pasted' | 'configure' | 'extend' = 'pasted',
) {
  vi.resetModules();
  const callbacks = new Map<string, (event: unknown) => void>();
  const subscribe = (name: string, callback: (event: unknown) => void) => callbacks.set(name, callback);
  const sandbox = { analytics: { subscribe }, settings: SETTINGS, ...provided };
  for (const name of ['storebeaconPixel', 'configure', 'shopify']) vi.stubGlobal(name, undefined);
  if (by === 'pasted') vi.stubGlobal('storebeaconPixel', sandbox);
  if (by === 'configure') vi.stubGlobal('configure', (start: (provided: unknown) => void) => start(sandbox));
  if (by === 'extend')
    vi.stubGlobal('shopify', {
      extend: (point: string, start: (provided: unknown) => void) =>
        point === 'WebPixel::Render' && start(sandbox),
    });
  await load();
  await flushPromises();
  return {
    subscribed: [...callbacks.keys()],
    emit: async (name: string, event: unknown) => {
      callbacks.get(name)?.(event);
      await flushPromises();
    },
    /** Several at once, as a page load brings them. */
    burst: async (events: [string, unknown][]) => {
      for (const [name, event] of events) callbacks.get(name)?.(event);
      await flushPromises();
    },
  };
}

/** Lets everything happen that waits for no clock. */
export async function flushPromises(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) await Promise.resolve();
  await vi.advanceTimersByTimeAsync(0);
  for (let turn = 0; turn < 400; turn++) await Promise.resolve();
}
