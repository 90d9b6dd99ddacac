import type { Flow, MarketingRule } from '../../../server/config/config.ts';

/** Something that reached the collector, in the words of whoever sent it. */
export type Happening = BrowserHappening | ShoplineHappening | CustomerIoHappening | CostsHappening;

/** One request of a page: a part of a visit. */
export interface BrowserHappening {
  kind: 'browser';
  batch: SegmentMessage[];
  headers: { 'user-agent': string; 'cf-ipcountry'?: string };
}
/** One order webhook of the shop. */
export interface ShoplineHappening {
  kind: 'shopline';
  topic: string;
  /** The same whenever it is delivered again. */
  webhookId: string;
  payload: Payload;
}
/** One reporting webhook. */
export interface CustomerIoHappening {
  kind: 'customerio';
  payload: CustomerIoPayload;
}
/** What an operator uploads. */
export interface CostsHappening {
  kind: 'costs';
  csv: string;
}

export interface SegmentMessage {
  type: 'page' | 'track' | 'identify';
  messageId: string;
  anonymousId: string;
  userId?: string;
  timestamp: string;
  event?: string;
  properties?: Payload;
  traits?: { email: string };
  context: {
    /** Absent where the sender knows no address. */
    page?: { url: string };
    campaign?: Record<string, string>;
    traits?: { email: string };
    consent?: { categoryPreferences: Record<string, boolean> };
  };
}

export type Payload = Record<string, unknown>;

export interface CustomerIoPayload {
  event_id: string;
  object_type: 'email';
  metric: string;
  /** Epoch seconds. */
  timestamp: number;
  data: {
    identifiers: { id: string | null; email: string; cio_id: string };
    delivery_id: string;
    recipient: string;
    campaign_id?: number | null;
    action_id?: number;
    journey_id?: string;
    newsletter_id?: number | null;
    proxied?: boolean;
    prefetched?: boolean;
    machine?: boolean;
    href?: string;
  };
}

/** What the collector is told besides: statistics follow from it and from the happenings alone. */
export interface Settings {
  currency: string;
  attributionDays: number;
  rules: readonly MarketingRule[];
  flows: readonly Flow[];
}
