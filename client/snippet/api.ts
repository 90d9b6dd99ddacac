/** What the visitor allows. A purpose left out keeps its earlier answer, else the default of the script tag. */
export interface Choice {
  advertising?: boolean;
  analytics?: boolean;
  marketing?: boolean;
}

export type Properties = Record<string, unknown>;

/** What a message looks like to the pixel mirror. */
export interface MirroredMessage {
  messageId: string;
  type: string;
  event?: string;
  properties?: Properties;
}

/** `window.storebeacon`. No method ever throws, and none waits for the network. */
export interface Storebeacon {
  /** A page view. Pages are reported by themselves; call it only where `data-captures` leaves `pages` out. */
  page(properties?: Properties): void;
  /**
   * An action, by the name of an ecommerce semantic event (`Product Added`) or one of your own. Money is in major
   * units (12.5, not 1250), ids are text. Every call is sent, except a second `Order Completed` of one `order_id`.
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
  /** Present with `data-pixel="mirror"` once advertising is allowed: messages on their way to the pixel. */
  mirror?: { push(message: MirroredMessage): unknown };
}

declare global {
  interface Window {
    /** `q` holds the calls made to the stub: method, then arguments. */
    storebeacon?: Storebeacon & { q?: [string, ...unknown[]][] };
  }
}
