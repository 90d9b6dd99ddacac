import { guard } from './guard.ts';

// biome-ignore lint/suspicious/noExplicitAny: from a platform's hand: each property may be missing, null or something else.
export type Thing = any;

/** What a merchant sets: the `settings` of an app pixel, or those of a pasted one. */
export interface Settings {
  /** The collector's address, without `/v1`. */
  endpoint?: string;
  /** The write key. */
  key?: string;
  /** `granted` or `denied`, for visitors nobody has asked. Left out: `denied`. */
  consent?: string;
  /** `checkout`: only what happens there, for a shop that has the snippet on its pages. Left out: everything. */
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
 * What a platform lends a pixel. Everything of `browser` is done by the page around the sandbox, and told by message.
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

/** The sandbox this script runs in, once a platform has lent it. */
export let sandbox: Sandbox;
export let settings: Settings;

/**
 * Finds the sandbox. A pasted pixel hands it over as `storebeaconPixel`. SHOPLINE gives an app pixel `configure`; Shopify
 * gives it `shopify.extend`, which is all that the `register` of its package calls.
 */
export const enter = (start: () => void) => {
  const { storebeaconPixel, configure, shopify } = globalThis as Thing;
  const begin = guard((lent: Sandbox) => {
    sandbox = lent;
    settings = lent.settings;
    start();
  });
  if (storebeaconPixel) void begin(storebeaconPixel);
  else if (configure) configure(begin);
  else shopify.extend('WebPixel::Render', begin);
};
