import { AD, createDevice, type Person, type Visitor, WELCOME } from './fixtures.ts';
import { flowMessage, messageReport } from './mail.ts';
import { asSeenOnPage, type PageName, shopOrder } from './orders.ts';
import { type Page, pageOf, sentBy } from './pages.ts';
import type { ScenarioBuilder } from './scenario.ts';
import type { ShopOrder } from './webhooks.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WINDOW_MS = 7 * DAY_MS;
const AD_LINK = `utm_id=${AD}`;
const SPRING_LINK = 'utm_campaign=spring';

/** Edge cases that random visits hardly produce; each case has its own people. */
export function addEdgeCases(builder: ScenarioBuilder): void {
  const { chance, add, server, startMs } = builder;
  let people = 0;
  /** A new visitor and the time of their case. */
  const somebody = (person?: Person): { visitor: Visitor; page: Page; atMs: number } => {
    const visitor: Visitor = { role: 'user', device: createDevice(chance), ...(person && { person }) };
    people++;
    return {
      visitor,
      page: pageOf(visitor, person?.userId !== undefined, chance.uuid),
      atMs: startMs + people * 3_600_000 + 1_000 * people,
    };
  };
  const person = (userId: string): Person => ({ userId, email: `${userId}@mail.example` });
  const landed = ({ visitor, page }: ReturnType<typeof somebody>, atMs: number, query = AD_LINK) =>
    add(atMs, sentBy(visitor, [page.landed(atMs, query)]));
  const bought = (
    { visitor, page }: ReturnType<typeof somebody>,
    order: ShopOrder,
    atMs: number,
    name: PageName = 'sequence',
  ) => add(atMs, sentBy(visitor, [page.tracked(atMs, 'Order Completed', asSeenOnPage(order, name))]));

  for (const afterMs of [WINDOW_MS, WINDOW_MS + 1, 0, -1]) {
    const one = somebody();
    landed(one, one.atMs + 1);
    bought(one, shopOrder(builder, { atMs: one.atMs }), one.atMs + 1 + afterMs);
  }
  for (const links of [
    [AD_LINK, SPRING_LINK],
    [SPRING_LINK, AD_LINK],
    [SPRING_LINK, AD_LINK],
  ]) {
    const one = somebody();
    for (const link of links) landed(one, one.atMs + 1, link);
    bought(one, shopOrder(builder, { atMs: one.atMs }), one.atMs + MINUTE_MS);
  }

  const byCart = somebody();
  landed(byCart, byCart.atMs);
  const cartToken = byCart.visitor.device.cartToken;
  add(
    byCart.atMs,
    sentBy(byCart.visitor, [
      byCart.page.tracked(byCart.atMs + 1, 'Product Added', { cart_token: cartToken }),
    ]),
  );
  const soon = (atMs: number) => atMs + MINUTE_MS;
  const placed = (parts: Partial<ShopOrder> & { atMs: number }) => {
    const order = shopOrder(builder, parts);
    add(order.atMs, server.placed(order));
    return order;
  };
  placed({ atMs: soon(byCart.atMs), cartToken, email: 'by.cart@mail.example' });

  const byCheckout = somebody();
  landed(byCheckout, byCheckout.atMs);
  const checkoutToken = chance.uuid();
  add(
    byCheckout.atMs,
    sentBy(byCheckout.visitor, [
      byCheckout.page.tracked(byCheckout.atMs + 1, 'Checkout Started', { checkout_token: checkoutToken }),
    ]),
  );
  placed({ atMs: soon(byCheckout.atMs), checkoutToken, email: 'by.checkout@mail.example' });

  // Page and server both report the checkout: the ids of both reports are linked, whichever arrives first.
  const byBoth = somebody();
  const [token, cart] = [chance.uuid(), byBoth.visitor.device.cartToken];
  landed(byBoth, byBoth.atMs, SPRING_LINK);
  add(byBoth.atMs + 3_000, server.checkout(token, cart, byBoth.atMs + 3_000));
  add(
    byBoth.atMs + 5_000,
    sentBy(byBoth.visitor, [
      byBoth.page.tracked(byBoth.atMs + 2_000, 'Product Added', { cart_token: cart }),
      byBoth.page.tracked(byBoth.atMs + 3_000, 'Checkout Started', { checkout_token: token }),
    ]),
  );
  placed({ atMs: soon(byBoth.atMs), checkoutToken: token, email: 'by.both@mail.example' });

  const byUser = somebody(person('by-user'));
  landed(byUser, byUser.atMs);
  placed({ atMs: soon(byUser.atMs), userId: 'by-user', email: 'by.user.elsewhere@mail.example' });

  const byEmail = somebody(person('by-email'));
  landed(byEmail, byEmail.atMs);
  add(byEmail.atMs, sentBy(byEmail.visitor, [byEmail.page.signedIn(byEmail.atMs + 1)]));
  placed({ atMs: soon(byEmail.atMs), email: 'By-Email@Mail.Example' });

  const early = somebody(person('early'));
  landed(early, early.atMs);
  const refunded = shopOrder(builder, { atMs: soon(early.atMs), userId: 'early' });
  add(early.atMs, server.refunded(refunded, soon(refunded.atMs), 1_000));
  add(refunded.atMs, server.placed(refunded));
  const generous = placed({ atMs: refunded.atMs + DAY_MS, userId: 'early' });
  add(generous.atMs, server.refunded(generous, soon(generous.atMs), generous.amountHundredths + 5_000));
  const never = shopOrder(builder, { atMs: soon(generous.atMs), userId: 'early' });
  add(never.atMs, server.refunded(never, never.atMs, 700));
  const cancelledOnly = shopOrder(builder, { atMs: soon(generous.atMs), userId: 'early' });
  add(cancelledOnly.atMs, server.cancelled(cancelledOnly, cancelledOnly.atMs));

  // After a cancelled first order the buyer is still new; after one without any touch they are not.
  for (const isCancelled of [true, false]) {
    const buyer = somebody(person(isCancelled ? 'second-thoughts' : 'returning'));
    const userId = buyer.visitor.person?.userId ?? '';
    const first = placed({ atMs: buyer.atMs, userId });
    if (isCancelled) add(first.atMs - DAY_MS, server.cancelled(first, soon(first.atMs)));
    landed(buyer, soon(first.atMs) + 1, SPRING_LINK);
    placed({ atMs: first.atMs + DAY_MS, userId });
  }

  // One order under three names: two of the page, one of the server.
  const twice = somebody();
  landed(twice, twice.atMs, SPRING_LINK);
  const manyNames = shopOrder(builder, { atMs: soon(twice.atMs), email: 'many.names@mail.example' });
  bought(twice, manyNames, manyNames.atMs, 'sequence');
  bought(twice, manyNames, manyNames.atMs, 'checkout token');
  add(manyNames.atMs + DAY_MS, server.placed(manyNames));

  // Two people share a browser: a click of one is not credited to the order of the other.
  const clicker = { ...person('clicker'), cioId: `cio${chance.digits(16)}` };
  const shared = somebody(clicker);
  add(shared.atMs, sentBy(shared.visitor, [shared.page.signedIn(shared.atMs + 1)]));
  const other: Visitor = { ...shared.visitor, person: person('other-at-home') };
  const otherPage = pageOf(other, true, chance.uuid);
  add(shared.atMs, sentBy(other, [otherPage.signedIn(shared.atMs + MINUTE_MS)]));
  const about = flowMessage(WELCOME.campaignId, WELCOME.nodes[0].actionId, `journey-${chance.digits(8)}`);
  const delivery = { person: clicker, deliveryId: `dgT${chance.digits(14)}`, about };
  for (const [step, metric] of ['sent', 'delivered', 'clicked'].entries()) {
    const atMs = shared.atMs + (step + 2) * MINUTE_MS;
    add(atMs, messageReport(builder, delivery, metric, atMs));
  }
  placed({ atMs: shared.atMs + 10 * MINUTE_MS, userId: 'other-at-home' });
  placed({ atMs: shared.atMs + 11 * MINUTE_MS, userId: 'clicker' });
}
