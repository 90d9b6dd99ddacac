import type { Flow, MarketingRule } from '../../../server/config/config.ts';

/** One request to the collector, as its sender wrote it. */
export type ScenarioEvent = BrowserEvent | ShoplineEvent | CustomerIoEvent | CostsEvent;

/** One request of a page: a part of a visit, as a batch. */
export interface BrowserEvent {
  kind: 'browser';
  batch: SegmentMessage[];
  headers: { 'user-agent': string; 'cf-ipcountry'?: string };
}
/** One order webhook of the shop. */
export interface ShoplineEvent {
  kind: 'shopline';
  topic: string;
  /** Unchanged when the webhook is redelivered. */
  webhookId: string;
  payload: Payload;
}
/** One reporting webhook. */
export interface CustomerIoEvent {
  kind: 'customerio';
  payload: CustomerIoPayload;
}
/** Costs that an operator uploads. */
export interface CostsEvent {
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
    /** Absent where the sender knows no URL. */
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

/** The collector's configuration. Statistics depend on it and on the events alone. */
export interface Settings {
  currency: string;
  /** Whose word makes an order. */
  ordersFrom: 'browser' | 'platform';
  attributionDays: number;
  rules: readonly MarketingRule[];
  flows: readonly Flow[];
}
