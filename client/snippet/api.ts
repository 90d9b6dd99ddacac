/** What the visitor allows. A purpose left out keeps its earlier answer, else the default of the script tag. */
export interface Choice {
  advertising?: boolean;
  analytics?: boolean;
  marketing?: boolean;
}

/** The answer in force, for every purpose. */
export type Consent = Required<Choice>;

export type Properties = Record<string, unknown>;

/** By the name of a semantic event. Amounts may still be text, and properties empty. */
export type Report = (event: string, properties: Properties) => void;

/** What the snippet lends a source of signals. */
export interface Tools {
  /** The same function, which never throws. */
  guard<A extends unknown[], R>(action: (...args: A) => R): (...args: A) => R | undefined;
  /** Looks twice a second from when the page is whole, and once more when it goes away. */
  watch(look: (isLeaving?: unknown) => void): void;
  /** The one product this page is about, as its schema.org data says; empty when there is none. */
  pageProduct(): Properties;
  /** schema.org's or our own names → ours, amounts as numbers, with `value`. */
  toProduct(thing: Properties): Properties;
  toOrder(thing: Properties): Properties;
}

/**
 * One source of signals, started once. It reports what it sees; whether another source saw the same is not its
 * business: the rules of `once.ts` decide that.
 */
export type Capture = (report: Report, tools: Tools) => void;

/** Facts that go with an action of this name, whoever reports it; what the report says itself wins. */
export type Enrich = (event: string) => Properties;

/** The settings of one page: attributes of the script tag without `data-`, in camelCase. README.md says what each means. */
export interface Options {
  /** Where the script came from, without its name. */
  base?: string;
  key?: string;
  endpoint?: string;
  consent?: string;
  consentTool?: string;
  captures?: string;
  dataLayer?: string;
  pixel?: string;
  /** Present, whatever its value: on. */
  debug?: string;
  cookieDomain?: string;
  domains?: string;
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
 * What companions hear, from the start of the page on. `source` is a capture's name, or `api`.
 * - `message`: on its way to the collector. Before `consent` is there, nothing is.
 * - `held`: waits for the visitor's choice.
 * - `repeat`: told before, by another source or in the same words; not sent.
 * - `answer`: what the collector said to this body. Status 0: nothing.
 * - `consent`: what is allowed from now on.
 * - `error`: ours, kept from the shop's page.
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
  /** A page view. Pages are reported by themselves; call it only where `data-captures` leaves `pages` out. */
  page(properties?: Properties): void;
  /**
   * An action, by the name of an ecommerce semantic event (`Product Added`) or one of your own. Money is in major
   * units (12.5, not 1250), ids are text. Every call is sent, except a second `Order Completed` of one `order_id` or
   * `Checkout Started` of one `checkout_id`.
   */
  track(event: string, properties?: Properties): void;
  /**
   * Who the visitor is. The id is remembered for later messages, the traits never are. Without an id, `email` must
   * be among the traits. A second, different id begins a new anonymous id: two people on one device stay two.
   */
  identify(userId: string | number, traits?: Properties): void;
  identify(traits: Properties): void;
  /** Records the visitor's choice. All three denied: what waits is dropped and our cookies are removed. */
  consent(choice: Choice): void;
  /** After a log-out: forgets the user id, begins a new anonymous id and session, drops what waits. */
  reset(): void;
  /** The visitor's anonymous id, a UUID. Before consent it lives in this page only. */
  anonymousId(): string;
  /** Calls back at once, or, from the stub, as soon as the snippet is there. */
  ready(callback: (storebeacon: Storebeacon) => void): void;
  /** Another source of signals. What it reports passes the same once-only rules as our own sources. */
  capture(source: string, start: Capture, enrich?: Enrich): void;
  /** Hears every notice of this page, the last hundred before it came first. */
  listen(listener: (...notice: Notice) => void): void;
  /** The settings in force. */
  options: Options;
}

declare global {
  interface Window {
    /** `q` holds the calls made to the stub: method, then arguments. */
    storebeacon?: Storebeacon & { q?: [string, ...unknown[]][] };
  }
}
