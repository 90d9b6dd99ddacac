import {
  AD,
  COSTLY,
  createCast,
  createDevice,
  SPRING,
  STRAY,
  type Visitor,
  WELCOME,
  WINBACK,
} from './cast.ts';
import { tellEdges } from './edges.ts';
import type { Happening, SegmentMessage } from './happening.ts';
import { flowMessage, reported, tellMail } from './mail.ts';
import { asSeenOnPage, shopOrder, tellOrder } from './orders.ts';
import { pageOf, sentBy } from './pages.ts';
import { type Chance, createChance } from './random.ts';
import { type ShopServer, shopServer } from './webhooks.ts';

/** Twenty days of a shop, in the order in which the collector hears of them. */
export interface Story {
  happenings: Happening[];
  /** One landing and one order later, which only `AD` is about. */
  oneMore: Happening[];
}

/** What whoever tells a part of the story needs. */
export interface Teller {
  chance: Chance;
  server: ShopServer;
  startMs: number;
  endMs: number;
  /** @param heardMs when the collector hears of it. */
  tell(heardMs: number, happening: Happening): void;
  /** Somebody comes, with this in the address; absent: however they like. */
  visit(visitor: Visitor, atMs: number, query?: string): void;
}

const DAY_MS = 86_400_000;
/** Chosen because something of everything happens in it; `reference.test.ts` sees to that. */
export const SEED = 3;
const VISITS = 500;

/** @param nowMs nothing happens later than an hour before. The same seed tells the same story, moved in time. */
export function createStory(seed: number, nowMs: number): Story {
  const chance = createChance(seed);
  const endMs = Math.floor(nowMs / 1000) * 1000 - 2 * 3_600_000;
  const heard: { heardMs: number; happening: Happening }[] = [];
  let visits = 0;
  const teller: Teller = {
    chance,
    server: shopServer(chance),
    startMs: endMs - 20 * DAY_MS,
    endMs,
    tell: (heardMs, happening) => void heard.push({ heardMs, happening }),
    visit(visitor, atMs, query) {
      visits++;
      tellVisit(teller, visitor, atMs, query);
    },
  };
  const cast = createCast(chance);
  tellMail(teller, cast);
  tellEdges(teller);
  while (visits < VISITS) {
    const atMs = teller.startMs + chance.whole(0, endMs - teller.startMs - 4 * 3_600_000);
    teller.visit(chance.pick(cast), notOnTheSecond(atMs));
  }
  tellCosts(teller);
  tellEnd(teller, cast);
  const happenings = heard.toSorted((a, b) => a.heardMs - b.heardMs).map(({ happening }) => happening);
  return { happenings, oneMore: oneMore(teller) };
}

/** Whole seconds are Customer.io's, and two touches at one moment are told on purpose alone. */
const notOnTheSecond = (atMs: number) => (atMs % 1000 === 0 ? atMs + 1 : atMs);

interface Arrival {
  query: string | null;
  campaign?: Record<string, string>;
}

function arrivalOf({ chance }: Teller): Arrival {
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

/** Comes, looks, perhaps puts into the cart, perhaps buys. */
function tellVisit(teller: Teller, visitor: Visitor, atMs: number, query?: string): void {
  const { chance, tell, server } = teller;
  const { role, person, device } = visitor;
  // Only what the mail system writes names nobody's campaign: there the shop must know who it is.
  const isBareMail = query?.startsWith('_cio_id') === true && !query.includes('&');
  const isSignedIn = person?.userId !== undefined && (isBareMail || chance.happens(0.55));
  const page = pageOf(visitor, isSignedIn, chance.uuid);
  const arrival = query === undefined ? arrivalOf(teller) : { query };
  let now = atMs;
  const soon = () => (now = notOnTheSecond(now + chance.whole(2_000, 240_000)));
  const batch: SegmentMessage[] = [page.landed(now, arrival.query, arrival.campaign)];
  if (chance.happens(0.08)) batch.push(page.landed(soon(), arrival.query, arrival.campaign));
  if (isSignedIn && (isBareMail || chance.happens(0.6))) batch.push(page.signedIn(soon()));
  for (let view = chance.whole(0, 2); view > 0; view--)
    batch.push(page.tracked(soon(), 'Product Viewed', { product_id: chance.digits(26) }));
  const saysCart = chance.happens(0.7);
  const cart = saysCart ? { cart_token: device.cartToken } : {};
  const adds = chance.happens(0.55) ? chance.whole(1, 2) : 0;
  for (let add = 0; add < adds; add++)
    batch.push(
      page.tracked(soon(), 'Product Added', { product_id: chance.digits(26), quantity: 1, ...cart }),
    );
  const checksOut = adds > 0 && role !== 'bot' && chance.happens(0.65);
  const checkoutToken = chance.uuid();
  const knowsToken = chance.happens(0.75);
  const isToldByServer = checksOut && knowsToken && chance.happens(0.3);
  if (checksOut) {
    const checkoutMs = soon();
    const token = knowsToken ? { checkout_token: checkoutToken } : {};
    // Told from both sides only where either side leads to the same touches.
    const isTwice = isToldByServer && role === 'anonymous' && saysCart;
    if (isToldByServer)
      tell(
        checkoutMs,
        server.checkout(checkoutToken, device.cartToken, checkoutMs, isTwice ? undefined : person?.email),
      );
    if (!isToldByServer || isTwice)
      batch.push(page.tracked(checkoutMs, 'Checkout Started', { ...token, ...cart }));
  }
  if (adds > 0 && saysCart && isSignedIn && chance.happens(0.2))
    tell(now, server.cart(device.cartToken, now, person));
  tell(atMs, sentBy(visitor, batch));
  if (checksOut && chance.happens(0.72))
    tellOrder(teller, { visitor, page, isSignedIn, atMs: soon(), checkoutToken });
}

/** In major units, a row for each day. */
function tellCosts({ tell, endMs }: Teller): void {
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
  tell(endMs - DAY_MS, { kind: 'costs', csv });
}

/** The newest thing of everything that is counted, so that no doubt is left about `occurred_on`. */
function tellEnd(teller: Teller, cast: readonly Visitor[]): void {
  const { chance, endMs, tell } = teller;
  const links = [`utm_id=${AD}`, 'utm_campaign=springtime', 'utm_source=customer.io&utm_medium=email'];
  for (const query of [...links, `utm_id=${STRAY}`]) {
    const visitor: Visitor = { role: 'anonymous', device: createDevice(chance) };
    tell(
      endMs,
      sentBy(visitor, [pageOf(visitor, false, chance.uuid).landed(endMs + links.indexOf(query), query)]),
    );
  }
  const person = cast.find(({ role }) => role === 'reader')?.person;
  if (!person) throw new Error('the cast has no reader');
  const actions = [...WELCOME.nodes.map(({ actionId }) => actionId), WINBACK.nodes[0].actionId];
  for (const [index, actionId] of actions.entries()) {
    const campaignId = actionId === WINBACK.nodes[0].actionId ? WINBACK.campaignId : WELCOME.campaignId;
    const about = flowMessage(campaignId, actionId, `journey-${chance.digits(8)}`);
    const delivery = { person, deliveryId: `dgT${chance.digits(14)}`, about };
    for (const [step, metric] of ['sent', 'delivered'].entries()) {
      const atMs = endMs + (index * 10 + step) * 1000;
      tell(atMs, reported(teller, delivery, metric, atMs));
    }
  }
}

function oneMore(teller: Teller): Happening[] {
  const { chance, endMs } = teller;
  const visitor: Visitor = { role: 'anonymous', device: createDevice(chance) };
  const page = pageOf(visitor, false, chance.uuid);
  const atMs = endMs + 120_000;
  const properties = asSeenOnPage(shopOrder(teller, { atMs }), 'sequence');
  return [
    sentBy(visitor, [
      page.landed(endMs + 60_000, `utm_id=${AD}`),
      page.tracked(atMs, 'Order Completed', properties),
    ]),
  ];
}
