import type { Choice, Options, Storebeacon } from './api.ts';
import { configure } from './config.ts';
import type { EventName, EventProperties, Order, Product } from './event-properties.ts';
import { guard } from './page.ts';
import { start } from './start.ts';

export type { Choice, EventName, EventProperties, Order, Product, Storebeacon };

export type CaptureName = 'pages' | 'json-ld' | 'shopline' | 'data-attributes' | 'forms' | 'data-layer';
export type ConsentToolName = 'shopline' | 'google' | 'tcf' | 'onetrust' | 'cookiebot';

/** The settings of `createBeacon`: those of the script tag, typed. */
export interface BeaconOptions {
  /** The collector's address without `/v1`: `https://collect.shop.example`, or a path on the shop's own domain. */
  endpoint: string;
  /** The write key. Public; identifies the shop. */
  key: string;
  /**
   * `denied` (default): nothing is stored or sent until the visitor has chosen; up to 50 messages wait in memory.
   * `granted`: every purpose is allowed until the visitor denies it.
   */
  consent?: 'granted' | 'denied' | undefined;
  /** What is captured without a call. Default: everything but `data-layer`. An empty list captures nothing. */
  captures?: readonly CaptureName[] | undefined;
  /** The consent tools on the page, or `auto` for every one that is found. */
  consentTool?: 'auto' | ConsentToolName | readonly ConsentToolName[] | undefined;
  /** `mirror`: sends every event to the TikTok pixel on the page as well, with the same id, so that TikTok counts it once. */
  pixel?: 'mirror' | 'off' | undefined;
  /** For `pixel`: which id of a product the catalogue at TikTok uses, as `TIKTOK_CONTENT_ID` at the collector. */
  contentId?: 'variant_id' | 'sku' | 'product_id' | undefined;
  /** For `pixel`: as `ORDERS_FROM` at the collector. Other than `browser`, only an order the page says is paid is a purchase. */
  orders?: 'browser' | 'platform' | 'server' | undefined;
  /** Shows a panel with every event and the collector's response. */
  debug?: boolean | undefined;
  /** `shop.example`, to share the visitor between subdomains. */
  cookieDomain?: string | undefined;
  /** Other hosts of the shop. Links to them carry the visitor's id: `['checkout.example']`. */
  domains?: readonly string[] | undefined;
  /** Further URL parameters that stay in the pages' addresses, as `KEEP_PARAMETERS` at the collector: `['ref']`. */
  keepParameters?: readonly string[] | undefined;
  /** SHOPLINE only: writes the visitor's ids into the cart's attributes, which the order webhook returns. */
  cartAttributes?: boolean | undefined;
  /** The name of Google's data layer, usually `dataLayer`. Its ecommerce events are reported. */
  dataLayer?: string | undefined;
}

/** The properties of an event. Custom events take any. */
export type PropertiesOf<Name extends string> = Name extends EventName
  ? EventProperties[Name]
  : // biome-ignore lint/suspicious/noExplicitAny: with `unknown`, objects typed by an interface would be refused.
    Record<string, any>;

/** `window.storebeacon`, with the ecommerce events typed. No method ever throws, and none waits for the network. */
export interface Beacon extends Storebeacon {
  /**
   * An action, by the name of an ecommerce semantic event (`Product Added`) or a custom one. Money is a number in major
   * units (12.5, not 1250); an id is text, or an integer below 2^53. Every call is sent, except a second `Order
   * Completed` with the same `order_id`.
   */
  track<Name extends EventName | (string & {})>(event: Name, properties?: PropertiesOf<Name>): void;
}

const REQUIRED = ['endpoint', 'key'] as const;
/** A list without names. An absent setting would mean all. */
const NONE = ' ';

/** Settings as attributes: text, '' for a switch that is on, and lists separated by spaces. */
const toOptions = (settings: BeaconOptions): Options => {
  const options: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value === true) options[name] = '';
    else if (value?.[0]) options[name] = typeof value === 'string' ? value : value.join(' ');
  }
  if (settings.captures && !options.captures) options.captures = NONE;
  const base = settings.endpoint.replace(/\/+$/, '');
  return { ...options, base, endpoint: base };
};

/** Undefined without a document: in server rendering or a worker. */
const join = guard((settings: BeaconOptions) => {
  if (typeof document === 'undefined') return undefined;
  const { storebeacon } = window;
  // Started by a script tag or an earlier call, whose settings stay.
  if (storebeacon?.listen && !storebeacon.q) return storebeacon;
  configure(toOptions(settings));
  start();
  return window.storebeacon;
});

const nothing = () => {};
const inert: Beacon = {
  page: nothing,
  track: nothing,
  identify: nothing,
  consent: nothing,
  reset: nothing,
  anonymousId: () => '',
  ready: nothing,
  capture: nothing,
  listen: nothing,
  options: {},
};

/**
 * Starts the snippet once per page. A second call, or one beside a script tag, returns the running beacon with its
 * settings. On a server every method does nothing and `anonymousId()` returns ''.
 *
 * @throws {TypeError} when `endpoint` or `key` is missing, also on a server. Nothing else throws.
 */
export const createBeacon = (settings: BeaconOptions): Beacon => {
  const absent = REQUIRED.filter((name) => typeof settings?.[name] !== 'string' || !settings[name].trim());
  if (absent[0]) throw new TypeError(`createBeacon needs text for: ${absent.join(', ')}`);
  return join(settings) || inert;
};
