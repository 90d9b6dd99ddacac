import { addEdgeCases } from './edges.ts';
import type { ScenarioEvent, SegmentMessage } from './event.ts';
import {
  AD,
  COSTLY,
  createDevice,
  createVisitors,
  SPRING,
  STRAY,
  type Visitor,
  WELCOME,
  WINBACK,
} from './fixtures.ts';
import { linkingCases } from './linking-cases.ts';
import { addMail, flowMessage, messageReport } from './mail.ts';
import { addOrder, asSeenOnPage, shopOrder } from './orders.ts';
import { pageOf, sentBy } from './pages.ts';
import { type Chance, createChance } from './random.ts';
import { type ShopServer, shopServer } from './webhooks.ts';

/** Twenty days of a shop, in order of arrival at the collector. */
export interface Scenario {
  events: ScenarioEvent[];
  /** One later landing and order, credited to `AD`. */
  oneMore: ScenarioEvent[];
}

/** What each part of the scenario is built with. */
export interface ScenarioBuilder {
  chance: Chance;
  server: ShopServer;
  startMs: number;
  endMs: number;
  /** @param receivedMs when the collector receives it. */
  add(receivedMs: number, event: ScenarioEvent): void;
  /** Adds a visit that starts with this query; absent: a random one. */
  visit(visitor: Visitor, atMs: number, query?: string): void;
}

const DAY_MS = 86_400_000;
/** A seed whose scenario covers everything that is counted (checked in `reference.test.ts`). */
export const SEED = 3;
const VISITS = 500;

/** @param nowMs all events are at least an hour earlier. The same seed yields the same scenario, moved in time. */
export function createScenario(seed: number, nowMs: number): Scenario {
  const chance = createChance(seed);
  const endMs = Math.floor(nowMs / 1000) * 1000 - 2 * 3_600_000;
  const received: { receivedMs: number; event: ScenarioEvent }[] = [];
  let visits = 0;
  const builder: ScenarioBuilder = {
    chance,
    server: shopServer(chance),
    startMs: endMs - 20 * DAY_MS,
    endMs,
    add: (receivedMs, event) => void received.push({ receivedMs, event }),
    visit(visitor, atMs, query) {
      visits++;
      addVisit(builder, visitor, atMs, query);
    },
  };
  const visitors = createVisitors(chance);
  addMail(builder, visitors);
  addEdgeCases(builder);
  while (visits < VISITS) {
    const atMs = builder.startMs + chance.whole(0, endMs - builder.startMs - 4 * 3_600_000);
    builder.visit(chance.pick(visitors), notOnTheSecond(atMs));
  }
  addCosts(builder);
  for (const { events } of linkingCases(builder, endMs - 2 * DAY_MS))
    for (const [receivedMs, event] of events) builder.add(receivedMs, event);
  addLastEvents(builder, visitors);
  const events = received.toSorted((a, b) => a.receivedMs - b.receivedMs).map(({ event }) => event);
  return { events, oneMore: oneMore(builder) };
}

/** Customer.io's times are whole seconds; this avoids touches at the same millisecond by accident. */
const notOnTheSecond = (atMs: number) => (atMs % 1000 === 0 ? atMs + 1 : atMs);

interface Arrival {
  query: string | null;
  campaign?: Record<string, string>;
}

function arrivalOf({ chance }: ScenarioBuilder): Arrival {
  const roll = chance.next();
  if (roll < 0.12) return { query: `utm_id=${AD}` };
  if (roll < 0.18) return { query: `utm_campaign=spring-sale&utm_id=${AD}&utm_source=meta` };
  if (roll < 0.28) return { query: 'utm_source=line&utm_campaign=Spring-Sale' };
  if (roll < 0.31) return { query: 'utm_source=customer.io&utm_medium=email&utm_campaign=SPRING' };
  if (roll < 0.35) return { query: null, campaign: { name: 'spring-2', source: 'line' } };
  if (roll < 0.38) return { query: '', campaign: { name: 'spring-2' } };
  if (roll < 0.4) return { query: 'utm_campaign=autumn', campaign: { name: 'spring-2' } };
  if (roll < 0.42) return { query: 'utm_source=customer.io&utm_medium=sms' };
  return { query: chance.happens(0.5) ? 'sort=price' : '' };
}

/** Adds a visit: landing, product views, perhaps cart, checkout and order. */
function addVisit(builder: ScenarioBuilder, visitor: Visitor, atMs: number, query?: string): void {
  const { chance, add, server } = builder;
  const { role, person, device } = visitor;
  // A link with `_cio_id` alone matches no campaign; the visitor must be signed in to be recognized.
  const isBareMail = query?.startsWith('_cio_id') === true && !query.includes('&');
  const isSignedIn = person?.userId !== undefined && (isBareMail || chance.happens(0.55));
  const page = pageOf(visitor, isSignedIn, chance.uuid);
  const arrival = query === undefined ? arrivalOf(builder) : { query };
  let now = atMs;
  const soon = () => (now = notOnTheSecond(now + chance.whole(2_000, 240_000)));
  const batch: SegmentMessage[] = [page.landed(now, arrival.query, arrival.campaign)];
  if (chance.happens(0.08)) batch.push(page.landed(soon(), arrival.query, arrival.campaign));
  if (isSignedIn && (isBareMail || chance.happens(0.6))) batch.push(page.signedIn(soon()));
  for (let view = chance.whole(0, 2); view > 0; view--)
    batch.push(page.tracked(soon(), 'Product Viewed', { product_id: chance.digits(26) }));
  const hasCart = chance.happens(0.7);
  const cart = hasCart ? { cart_token: device.cartToken } : {};
  const adds = chance.happens(0.55) ? chance.whole(1, 2) : 0;
  for (let add = 0; add < adds; add++)
    batch.push(
      page.tracked(soon(), 'Product Added', { product_id: chance.digits(26), quantity: 1, ...cart }),
    );
  const checksOut = adds > 0 && role !== 'bot' && chance.happens(0.65);
  const checkoutToken = chance.uuid();
  const knowsToken = chance.happens(0.75);
  const isReportedByServer = checksOut && knowsToken && chance.happens(0.3);
  if (checksOut) {
    const checkoutMs = soon();
    const token = knowsToken ? { checkout_token: checkoutToken } : {};
    // Reported by page and server only where both lead to the same touches.
    const isTwice = isReportedByServer && role === 'anonymous' && hasCart;
    if (isReportedByServer)
      add(
        checkoutMs,
        server.checkout(checkoutToken, device.cartToken, checkoutMs, isTwice ? undefined : person?.email),
      );
    if (!isReportedByServer || isTwice)
      batch.push(page.tracked(checkoutMs, 'Checkout Started', { ...token, ...cart }));
  }
  if (adds > 0 && hasCart && isSignedIn && chance.happens(0.2))
    add(now, server.cart(device.cartToken, now, person));
  add(atMs, sentBy(visitor, batch));
  if (checksOut && chance.happens(0.72))
    addOrder(builder, { visitor, page, isSignedIn, atMs: soon(), checkoutToken });
}

/** Adds the costs: amounts in major units, one row a day. */
function addCosts({ add, endMs }: ScenarioBuilder): void {
  const day = (ago: number) => new Date(endMs - ago * DAY_MS).toISOString().slice(0, 10);
  const rows = [
    `${AD},${day(9)},1250.50,18000,310`,
    `${AD},${day(8)},980,15250,271`,
    `${AD},${day(3)},0.01,0,0`,
    `${SPRING},${day(5)},300.25,4000,0`,
    `${COSTLY},${day(4)},12,90,3`,
    `${COSTLY},${day(6)},8.5,60,2`,
  ];
  const csv = `marketing_event_id,day,spend,impressions,clicks\n${rows.join('\n')}\n`;
  add(endMs - DAY_MS, { kind: 'costs', csv });
}

/** Adds the newest event of everything that is counted, so that `occurred_on` is unambiguous. */
function addLastEvents(builder: ScenarioBuilder, visitors: readonly Visitor[]): void {
  const { chance, endMs, add } = builder;
  const links = [`utm_id=${AD}`, 'utm_campaign=springtime', 'utm_source=customer.io&utm_medium=email'];
  for (const query of [...links, `utm_id=${STRAY}`]) {
    const visitor: Visitor = { role: 'anonymous', device: createDevice(chance) };
    add(
      endMs,
      sentBy(visitor, [pageOf(visitor, false, chance.uuid).landed(endMs + links.indexOf(query), query)]),
    );
  }
  const person = visitors.find(({ role }) => role === 'reader')?.person;
  if (!person) throw new Error('no visitor is a reader');
  const actions = [...WELCOME.nodes.map(({ actionId }) => actionId), WINBACK.nodes[0].actionId];
  for (const [index, actionId] of actions.entries()) {
    const campaignId = actionId === WINBACK.nodes[0].actionId ? WINBACK.campaignId : WELCOME.campaignId;
    const about = flowMessage(campaignId, actionId, `journey-${chance.digits(8)}`);
    const delivery = { person, deliveryId: `dgT${chance.digits(14)}`, about };
    for (const [step, metric] of ['sent', 'delivered'].entries()) {
      const atMs = endMs + (index * 10 + step) * 1000;
      add(atMs, messageReport(builder, delivery, metric, atMs));
    }
  }
}

function oneMore(builder: ScenarioBuilder): ScenarioEvent[] {
  const { chance, endMs } = builder;
  const visitor: Visitor = { role: 'anonymous', device: createDevice(chance) };
  const page = pageOf(visitor, false, chance.uuid);
  const atMs = endMs + 120_000;
  const properties = asSeenOnPage(shopOrder(builder, { atMs }), 'sequence');
  return [
    sentBy(visitor, [
      page.landed(endMs + 60_000, `utm_id=${AD}`),
      page.tracked(atMs, 'Order Completed', properties),
    ]),
  ];
}
