/** What the visitor allows. A purpose left out keeps its earlier answer, else the default of the script tag. */
export interface Choice {
  advertising?: boolean;
  analytics?: boolean;
  marketing?: boolean;
}

/** The answer in force, for every purpose. */
export type Consent = Required<Choice>;

export type Properties = Record<string, unknown>;

/** An action: in what words each source reported it, its event name, and the time of the first report in milliseconds. */
export type Action = [reported: Record<string, string>, event: string, atMs: number];

/** Where and when something was seen, for a report that is made later. */
export interface Moment {
  page: { url: string; path: string; referrer: string; title: string };
  timestamp: Date;
  /** What was already reported there. */
  actions: Action[];
}

/** By the name of a semantic event. Amounts may be text, and properties empty. Without a `moment` it is now. */
export type Report = (event: string, properties: Properties, moment?: Moment) => void;

/** The texts of schema.org scripts that are new on a page. */
export type OnTexts = (texts: string[], moment: Moment) => void;

/** What the snippet passes to a source. */
export interface Tools {
  /** Wraps a function so that it never throws. */
  guard<A extends unknown[], R>(action: (...args: A) => R): (...args: A) => R | undefined;
  /** Calls back every 500 ms once the document is parsed, and when the page is hidden or left. */
  watch(look: (isLeaving?: unknown) => void): void;
  /** Calls back with every schema.org text of the page, beginning with those found so far. For the `json-ld` plugin. */
  onJsonLd(callback: OnTexts): void;
  /** The one product this page is about, from its schema.org data; empty when there is none. */
  pageProduct(): Properties;
}

/** One source of signals, started once. It reports everything it sees; `once.ts` decides what is a repeat. */
export type Capture = (report: Report, tools: Tools) => void;

/** Properties added to every report of this event. Those of the report itself take precedence. */
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
 * What plugins hear, from the start of the page on. `source` is a capture's name, or `api`.
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
