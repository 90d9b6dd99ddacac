import type { Thing } from './thing.ts';

/** The visitor's choice. An absent purpose keeps its earlier answer, else the default of the script tag. */
export interface Choice {
  advertising?: boolean;
  analytics?: boolean;
  marketing?: boolean;
}

/** The consent in force for every purpose. */
export type Consent = Required<Choice>;

export type Properties = Record<string, unknown>;

/** An action: in what words each source reported it, its event name, and the time of the first report in milliseconds. */
export type Action = [reported: Record<string, string>, event: string, atMs: number];

export interface Page {
  /** Without fragment and unlisted parameters. */
  url: string;
  path: string;
  /** Without parameters. */
  referrer: string;
  title: string;
}

/** Who saw something, in which session, and the message's context. */
export interface Visitor {
  anonymousId: string;
  userId: string | undefined;
  sessionId: string;
  context: Record<string, unknown>;
}

/** Where and when something was seen, for a report that is made later. */
export interface Moment {
  page: Page;
  timestamp: Date;
  /** What was already reported there. */
  actions: Action[];
  /** Set when another page makes the report. */
  visitor?: Visitor;
  /** Of the report, so that one made by two pages is counted once. */
  messageId?: string | undefined;
}

/** By the name of a semantic event. Amounts may be text, and properties empty. Without a `moment` it is now. */
export type Report = (event: string, properties: Properties, moment?: Moment) => void;

/**
 * The texts of schema.org scripts that were new on a page. `key`: where they were stored, because the plugin was late.
 * `isTaken`: another page has read and reported them.
 */
export type OnTexts = (texts: string[], moment: Moment, key?: string, isTaken?: unknown) => unknown;

/** A thing of schema.org's in our property names. */
export type Translate = (thing: Thing) => Properties;

/** A click or submit: with what it happened in, through open shadow roots, where and when. */
export type Early = [event: Event, path: HTMLElement[], moment: Moment];

/** A request about the cart that the shop has answered. */
export interface Call {
  /** Its method and the last word of its path, in lower case. */
  doing: string;
  query: URLSearchParams;
  body: Thing;
  answer: Thing;
  /** Its number among those that change the cart. */
  at: number;
  /** Whether no other request changed the cart at that time. */
  isAlone: boolean;
  report: Report;
}

/** What the cart's logic needs of the other sources. */
export interface CartParts {
  /** A product or line in our names. */
  read(thing: Thing): Thing;
  toProduct(own: Thing): Properties;
  reportChange(source: string, event: string, product: Properties, report: Report): unknown;
  /** Keeps the cart for the checkout. */
  keepCart(cart?: Properties): void;
}

export interface Cart {
  /** Reports what a request changed. */
  follow(call: Call): void;
  /** Reads the whole cart. Calls back with its lines and value; with neither where that is not possible. */
  show(use: (cart: Properties) => void): unknown;
}
export type CreateCart = (parts: CartParts) => Cart;

/** A change of the cart: what changed by how many, when and by whom it was reported, and the product. */
export type Change = [what: string, atMs: number, sources: string, product: Properties];

/** What the snippet passes to a source. */
export interface Tools {
  /** Wraps a function so that it never throws. */
  guard<A extends unknown[], R>(action: (...args: A) => R): (...args: A) => R | undefined;
  /** Calls back every 500 ms once the document is parsed, and when the page is hidden or left. */
  watch(look: (isLeaving?: unknown) => void): void;
  /** Calls back with every schema.org text of the page, beginning with those found so far. For the `json-ld` plugin. */
  onJsonLd(callback: OnTexts): void;
  /** The first clicks and submits of this page, for plugins that arrive later. */
  early: Early[];
  /** The present moment, for a report that is made later. */
  now(): Moment;
  /** Reads such texts. Set by `json-ld`, for `repair.js`. */
  onTexts?: OnTexts;
  /** What `json-ld` could not read, or not all of it: `repair.js` has it read again. */
  odd?: Set<Parameters<OnTexts>>;
  /** JSON without what people leave in it. Of `repair.js`. */
  clean?(text: string): string;
  /** The number in an amount that is written in no usual way; undefined where it is not sure which. Of `repair.js`. */
  readAmount?(text: unknown, currency?: unknown): number | undefined;
  /**
   * Reports an order, and chooses the one of several products that the page is about; empty when it is none of them. Of
   * `repair.js`.
   */
  choose?(things: Thing[], products: Thing[], found: Parameters<OnTexts>, toProduct: Translate): Thing[];
  /** What SHOPLINE's own sources reported of the cart lately, newest first. Set by `shopline`. */
  changes?: Change[];
  /** Makes a report of this source, after a time in which a better one may. Set by `precedence`. */
  resolve?(source: string, report: Report, event: string, properties: Properties, seen?: Moment): void;
  /** Takes the cart's logic. Set by `shopline`, for the `shopline-cart` plugin. */
  onCart?(create: CreateCart): void;
  /**
   * The one product this page is about, from its schema.org data; empty when there is none. `offers`: each with its `sku`,
   * `url`, `price` and `currency`.
   */
  pageProduct(): Properties;
  /**
   * Reads each entry of the shop's data layer once, and calls back with every report that it yields, its amounts read.
   * For the `ecommerce` plugin; set by `data-layer`.
   */
  readDataLayer?<Reported extends [source: number, event: string, properties: Properties]>(
    read: (entry: unknown) => Reported[],
    report: (reported: Reported) => void,
  ): void;
}

/** One source of signals, started once. It reports everything it sees; `once.ts` decides what is a repeat. */
export type Capture = (report: Report, tools: Tools) => void;

/** Properties added to every report of this event. Those of the report itself take precedence. */
export type Enrich = (event: string) => Properties;

/** The settings: attributes of the script tag without `data-`, in camelCase. Documented in README.md. */
export interface Options {
  /** Where the script was loaded from, without the file name. */
  base?: string;
  key?: string;
  endpoint?: string;
  consent?: string;
  consentTool?: string;
  captures?: string;
  dataLayer?: string;
  pixel?: string;
  contentId?: string;
  orders?: string;
  /** On when present, with any value. */
  debug?: string;
  cookieDomain?: string;
  domains?: string;
  keepParameters?: string;
  cartAttributes?: string;
}

/** A message before anything about the visitor is added. */
export interface Message {
  messageId: string;
  type: string;
  event?: string;
  properties?: Properties | undefined;
  traits?: Properties | undefined;
}

/**
 * What `listen` receives. `source` is the name of a capture, or `api`.
 * - `message`: queued for the collector, with the consent it was queued under; a denial allows nothing.
 * - `held`: waits for the visitor's choice, or for ever in a theme editor.
 * - `repeat`: reported before, by another source or with the same properties; not sent.
 * - `answer`: the collector's response to a request body. Status 0: no response.
 * - `consent`: the consent in force from now on.
 * - `error`: an error of the snippet, which the shop's page does not see.
 */
export type Notice =
  | [kind: 'message', source: string, message: Message, consent: Consent]
  | [kind: 'held', source: string, message: Message]
  | [kind: 'repeat', source: string, event: string, properties: Properties]
  | [kind: 'answer', status: number, text: string, body: string]
  | [kind: 'consent', consent: Consent]
  | [kind: 'error', error: unknown];

/** `window.storebeacon`. No method ever throws, and none waits for the network. */
export interface Storebeacon {
  /** A page view. Captured automatically; call it only where `data-captures` leaves `pages` out. */
  page(properties?: Properties): void;
  /**
   * An action, by the name of an ecommerce semantic event (`Product Added`) or a custom one. Money is in major units
   * (12.5, not 1250), ids are text. Every call is sent, except a second `Order Completed` with the same `order_id` or
   * `Checkout Started` with the same `checkout_id`.
   */
  track(event: string, properties?: Properties): void;
  /**
   * Identifies the visitor. The id is stored for later messages, the traits are not. Without an id, the traits must
   * include `email`. A different id begins a new anonymous id: two people on one device stay separate.
   */
  identify(userId: string | number, traits?: Properties): void;
  identify(traits: Properties): void;
  /**
   * Records the visitor's choice. When all three are denied, queued messages are dropped, cookies removed, and one
   * message, `Consent Denied`, is sent of a visitor who has an id; of another change `Consent Updated`.
   */
  consent(choice: Choice): void;
  /** After a log-out: removes the user id, begins a new anonymous id and session, drops queued messages and unread JSON-LD. */
  reset(): void;
  /** The visitor's anonymous id, a UUID. Before consent it exists in this page only. */
  anonymousId(): string;
  /** Calls back at once; from the stub, when the snippet has loaded. */
  ready(callback: (storebeacon: Storebeacon) => void): void;
  /** Adds a source of signals. Its reports pass the same rules against repeats as the built-in sources. */
  capture(source: string, start: Capture, enrich?: Enrich): void;
  /** Calls back with the last hundred notices of this page, then with every new one. */
  listen(listener: (...notice: Notice) => void): void;
  /** The settings in force. */
  options: Options;
}

declare global {
  interface Window {
    /** `q`: the calls recorded by the stub, each a method and its arguments. */
    storebeacon?: Storebeacon & { q?: [string, ...unknown[]][] };
  }
}
