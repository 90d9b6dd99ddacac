import { guard } from './guard.ts';

// biome-ignore lint/suspicious/noExplicitAny: data from a platform: each property may be absent, null or of another type.
export type Thing = any;

/** The merchant's settings, of an app pixel or a pasted one. */
export interface Settings {
  /** The collector's address, without `/v1`. */
  endpoint?: string;
  /** The write key. */
  key?: string;
  /** `granted` or `denied`, for visitors without a recorded choice. Default: `denied`. */
  consent?: string;
  /** `checkout`: checkout events only, for shops with the snippet on their pages. Default: all events. */
  events?: string;
}

interface Browser {
  cookie: { get(name: string): Promise<string>; set(cookie: string): Promise<unknown> };
  localStorage: {
    getItem(key: string): Promise<string | null>;
    setItem(key: string, value: string): Promise<unknown>;
  };
}

/**
 * What a platform provides to a pixel. `browser` works on the surrounding page, by messages.
 *
 * @see https://shopify.dev/docs/api/web-pixels-api/standard-api (read 2026-11-27)
 * @see npm @shoplineos/shopline-pixels-extension 0.1.0, `ShoplinePixelsApi` (read 2026-11-27)
 */
export interface Sandbox {
  analytics?: { subscribe(name: string, callback: (event: Thing) => void): unknown };
  browser?: Browser;
  init?: Thing;
  /** Shopify only. */
  customerPrivacy?: { subscribe(name: string, callback: (event: Thing) => void): unknown };
  settings: Settings;
}

/** The sandbox this script runs in. Set before `start` is called. */
export let sandbox: Sandbox;
export let settings: Settings;

/**
 * Finds the sandbox: a pasted pixel provides it as `storebeaconPixel`, SHOPLINE calls back through `configure`, Shopify
 * through `shopify.extend`, which is what `register` of its package calls.
 */
export const enter = (start: () => void) => {
  const { storebeaconPixel, configure, shopify } = globalThis as Thing;
  const begin = guard((provided: Sandbox) => {
    sandbox = provided;
    settings = provided.settings;
    start();
  });
  if (storebeaconPixel) void begin(storebeaconPixel);
  else if (configure) configure(begin);
  else shopify.extend('WebPixel::Render', begin);
};
