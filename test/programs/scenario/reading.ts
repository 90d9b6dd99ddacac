import type { ScenarioEvent, Settings } from './event.ts';
import { withEvidence } from './evidence.ts';
import { readMessage } from './read-page.ts';
import { readMail, readWebhook } from './read-webhook.ts';
import { hundredths } from './values.ts';

/** The scenario's events, read but not counted. Ids of people are prefixed with their kind: `a u e c t k`. */
export interface Reading {
  /** For each event with ids: the ids it carried together. */
  together: Set<string>[];
  /** Those among them that prove whose ids they are: Customer.io's, and a customer's paid order by webhook. */
  proven: Set<string>[];
  touches: Touch[];
  landings: (Touch & { visitor: string; country: string | undefined })[];
  actions: { id: string; kind: 'cart' | 'checkout'; people: Set<string>; atMs: number }[];
  reports: OrderReport[];
  messages: Message[];
  costs: {
    marketingEventId: string;
    day: string;
    spendHundredths: number;
    impressions: number;
    clicks: number;
  }[];
}

export interface Touch {
  id: string;
  isClick: boolean;
  people: Set<string>;
  atMs: number;
  marketing?: string;
  flow?: string;
  node?: string;
}

export interface OrderReport {
  id: string;
  stage: 'placed' | 'paid' | 'cancelled' | 'refunded';
  isWebhook: boolean;
  /** A page's report where its word makes no order: it shows the visitor and nothing else. */
  isEvidence?: boolean;
  names: string[];
  /** Of its cart and checkout: only somebody who saw one of these knows them. */
  tokens: string[];
  people: Set<string>;
  atMs: number;
  amountHundredths: number | undefined;
  discountHundredths: number;
  currency: string | undefined;
  status: string | undefined;
  items: { productId: string; units: number }[];
}

export interface Message {
  id: string;
  metric: string;
  atMs: number;
  journey: string | undefined;
  marketing?: string;
  flow?: string;
  node?: string;
}

export function read(events: readonly ScenarioEvent[], settings: Settings): Reading {
  const reading: Reading = {
    together: [],
    proven: [],
    touches: [],
    landings: [],
    actions: [],
    reports: [],
    messages: [],
    costs: [],
  };
  const seen = new Set<string>();
  const isNew = (id: string) => !seen.has(id) && seen.add(id) !== undefined;
  for (const event of events) {
    if (event.kind === 'browser')
      for (const message of event.batch)
        if (isNew(message.messageId)) readMessage(reading, message, event, settings);
    if (event.kind === 'shopline' && isNew(event.webhookId)) readWebhook(reading, event);
    if (event.kind === 'customerio' && isNew(event.payload.event_id)) readMail(reading, event, settings);
    if (event.kind === 'costs') readCosts(reading, event.csv);
  }
  reading.messages = firsts(reading.messages);
  return settings.ordersFrom === 'platform' ? withEvidence(reading) : reading;
}

/** Of several reports of the same metric of one message the earliest counts. */
function firsts(messages: readonly Message[]): Message[] {
  const first = new Map<string, Message>();
  for (const message of messages.toSorted((a, b) => a.atMs - b.atMs)) {
    const key = `${message.id} ${message.metric}`;
    if (!first.has(key)) first.set(key, message);
  }
  return [...first.values()];
}

function readCosts(reading: Reading, csv: string): void {
  for (const line of csv.trim().split('\n').slice(1)) {
    const [marketingEventId = '', day = '', spend, impressions, clicks] = line.split(',');
    const cost = { marketingEventId, day, spendHundredths: hundredths(spend) ?? 0 };
    reading.costs = reading.costs.filter(
      (one) => one.marketingEventId !== marketingEventId || one.day !== day,
    );
    reading.costs.push({ ...cost, impressions: Number(impressions), clicks: Number(clicks) });
  }
}
