import type { Happening, Settings } from './happening.ts';
import { readMessage } from './read-page.ts';
import { readMail, readWebhook } from './read-webhook.ts';
import { hundredths } from './values.ts';

/** What the happenings say, before anything is counted. Ids of people have their kind in front: `a u e c t k`. */
export interface Reading {
  /** The ids of each event that carried any. */
  together: Set<string>[];
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
  names: string[];
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

/** How to read what the definitions leave open. The story must come to the same whichever it is. */
export interface Choices {
  /** `_cio_id` in the address of any page view tells who it is, not of a landing alone. */
  isCioIdOnAnyPage?: boolean;
  /** A page's `checkout_id` is a checkout token of its person. */
  isCheckoutIdAToken?: boolean;
  /** Without consent to analytics an event still says which ids belong together. */
  areIdsReadWithoutConsent?: boolean;
  /** A click and its own landing must share an id, not only belong to the people of the same order. */
  mustClickShareAnId?: boolean;
  /** The people of an order are looked up for each of its reports apart. */
  isEachReportByItself?: boolean;
}

export function read(happenings: readonly Happening[], settings: Settings, choices: Choices = {}): Reading {
  const reading: Reading = {
    together: [],
    touches: [],
    landings: [],
    actions: [],
    reports: [],
    messages: [],
    costs: [],
  };
  const seen = new Set<string>();
  const isNew = (id: string) => !seen.has(id) && seen.add(id) !== undefined;
  for (const happening of happenings) {
    if (happening.kind === 'browser')
      for (const message of happening.batch)
        if (isNew(message.messageId)) readMessage(reading, message, happening, settings, choices);
    if (happening.kind === 'shopline' && isNew(happening.webhookId)) readWebhook(reading, happening);
    if (happening.kind === 'customerio' && isNew(happening.payload.event_id))
      readMail(reading, happening, settings);
    if (happening.kind === 'costs') readCosts(reading, happening.csv);
  }
  reading.messages = firsts(reading.messages);
  return reading;
}

/** What happened to a message again is counted no more, and is no news. */
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
