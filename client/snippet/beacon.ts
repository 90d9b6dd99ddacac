import type { Choice, Options, Storebeacon } from './api.ts';
import { configure } from './config.ts';
import type { EventName, EventProperties, Order, Product } from './event-properties.ts';
import { guard } from './page.ts';
import { start } from './start.ts';

export type { Choice, EventName, EventProperties, Order, Product, Storebeacon };

export type CaptureName = 'pages' | 'json-ld' | 'shopline' | 'data-attributes' | 'forms' | 'data-layer';
export type ConsentToolName = 'shopline' | 'google' | 'tcf' | 'onetrust' | 'cookiebot';

/** The settings of `createBeacon`: the script tag's attributes, typed. */
export interface BeaconOptions {
  /** Where the collector is, without `/v1`: `https://collect.shop.example`, or a path of the shop's own. */
  endpoint: string;
  /** The write key; public, says which shop. */
  key: string;
  /**
   * `denied` (when left out): nothing is written or sent until the visitor chose, at most 50 messages wait in memory.
   * `granted`: everything is allowed until the visitor says otherwise.
   */
  consent?: 'granted' | 'denied' | undefined;
  /** What is captured without a call; left out: everything but `data-layer`. An empty list: nothing. */
  captures?: readonly CaptureName[] | undefined;
  /** The consent tool on the page, several of them, or `auto` for every one that is found. */
  consentTool?: 'auto' | ConsentToolName | readonly ConsentToolName[] | undefined;
  /** `mirror`: every event also goes to the TikTok pixel on the page, under one id, so TikTok counts it once. */
  pixel?: 'mirror' | 'off' | undefined;
  /** Shows on the page what is reported, and what becomes of it. */
  debug?: boolean | undefined;
  /** `shop.example`, to share the visitor between sub-domains. */
  cookieDomain?: string | undefined;
  /** Other hosts of the shop, to which links hand over who the visitor is: `['checkout.example']`. */
  domains?: readonly string[] | undefined;
  /** SHOPLINE alone: writes the visitor's ids into the cart, from where the order brings them back. */
  cartAttributes?: boolean | undefined;
  /** The name of Google's data layer, nearly always `dataLayer`: its ecommerce events are reported. */
  dataLayer?: string | undefined;
}

/** What an event of this name may carry. Events of your own carry what they like. */
export type PropertiesOf<Name extends string> = Name extends EventName
  ? EventProperties[Name]
  : // biome-ignore lint/suspicious/noExplicitAny: of `unknown`, an object whose type is an interface would be refused.
    Record<string, any>;

/** `window.storebeacon`, with the ecommerce events typed. No method ever throws, and none waits for the network. */
export interface Beacon extends Storebeacon {
  /**
   * An action, by the name of an ecommerce semantic event (`Product Added`) or one of your own. Money is a number in
   * major units (12.5, not 1250); an id is text, or a whole number below 2^53. Every call is sent, except a second
   * `Order Completed` of one `order_id`.
   */
  track<Name extends EventName | (string & {})>(event: Name, properties?: PropertiesOf<Name>): void;
}

const REQUIRED = ['endpoint', 'key'] as const;
/** Where a setting left out means all, a row without a name means none. */
const NONE = ' ';

/** An attribute is text: a switch is there or is not, and names stand in a row. */
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

/** Undefined where there is no page: on a server that renders one, or in a worker. */
const join = guard((settings: BeaconOptions) => {
  if (typeof document === 'undefined') return undefined;
  const { storebeacon } = window;
  // Started by a script tag, or by an earlier call: not the stub, nor an element of the page that has this id.
  if (storebeacon?.anonymousId && !storebeacon.q) return storebeacon;
  configure(toOptions(settings));
  start(storebeacon?.q || []);
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
 * Starts the snippet, once for each page: a second call, or a script tag that was there before, gives the same beacon
 * with the settings it has. On a server nothing is done, by no method, and `anonymousId()` is empty.
 *
 * @throws {TypeError} when `endpoint` or `key` is missing, on a server too. Nothing else ever throws.
 */
export const createBeacon = (settings: BeaconOptions): Beacon => {
  const absent = REQUIRED.filter((name) => typeof settings?.[name] !== 'string' || !settings[name].trim());
  if (absent[0]) throw new TypeError(`createBeacon needs text for: ${absent.join(', ')}`);
  return join(settings) || inert;
};
