import { AD, createDevice, type Person, type Visitor, WELCOME } from './cast.ts';
import { flowMessage, reported } from './mail.ts';
import { asSeenOnPage, type PageName, shopOrder } from './orders.ts';
import { type Page, pageOf, sentBy } from './pages.ts';
import type { Teller } from './story.ts';
import type { ShopOrder } from './webhooks.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WINDOW_MS = 7 * DAY_MS;
const AD_LINK = `utm_id=${AD}`;
const SPRING_LINK = 'utm_campaign=spring';

/** The cases that chance would hardly meet, each with people of its own. */
export function tellEdges(teller: Teller): void {
  const { chance, tell, server, startMs } = teller;
  let people = 0;
  /** Lands now and is gone; what follows is said by the case. */
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
    tell(atMs, sentBy(visitor, [page.landed(atMs, query)]));
  const bought = (
    { visitor, page }: ReturnType<typeof somebody>,
    order: ShopOrder,
    atMs: number,
    name: PageName = 'sequence',
  ) => tell(atMs, sentBy(visitor, [page.tracked(atMs, 'Order Completed', asSeenOnPage(order, name))]));

  for (const afterMs of [WINDOW_MS, WINDOW_MS + 1, 0, -1]) {
    const one = somebody();
    landed(one, one.atMs + 1);
    bought(one, shopOrder(teller, { atMs: one.atMs }), one.atMs + 1 + afterMs);
  }
  for (const links of [
    [AD_LINK, SPRING_LINK],
    [SPRING_LINK, AD_LINK],
    [SPRING_LINK, AD_LINK],
  ]) {
    const one = somebody();
    for (const link of links) landed(one, one.atMs + 1, link);
    bought(one, shopOrder(teller, { atMs: one.atMs }), one.atMs + MINUTE_MS);
  }

  const byCart = somebody();
  landed(byCart, byCart.atMs);
  const cartToken = byCart.visitor.device.cartToken;
  tell(
    byCart.atMs,
    sentBy(byCart.visitor, [
      byCart.page.tracked(byCart.atMs + 1, 'Product Added', { cart_token: cartToken }),
    ]),
  );
  const soon = (atMs: number) => atMs + MINUTE_MS;
  const placed = (parts: Partial<ShopOrder> & { atMs: number }) => {
    const order = shopOrder(teller, parts);
    tell(order.atMs, server.placed(order));
    return order;
  };
  placed({ atMs: soon(byCart.atMs), cartToken, email: 'by.cart@mail.example' });

  const byCheckout = somebody();
  landed(byCheckout, byCheckout.atMs);
  const checkoutToken = chance.uuid();
  tell(
    byCheckout.atMs,
    sentBy(byCheckout.visitor, [
      byCheckout.page.tracked(byCheckout.atMs + 1, 'Checkout Started', { checkout_token: checkoutToken }),
    ]),
  );
  placed({ atMs: soon(byCheckout.atMs), checkoutToken, email: 'by.checkout@mail.example' });

  // Page and server both tell of the checkout; whichever comes first, the other one's ids are not lost.
  const byBoth = somebody();
  const [token, cart] = [chance.uuid(), byBoth.visitor.device.cartToken];
  landed(byBoth, byBoth.atMs, SPRING_LINK);
  tell(byBoth.atMs + 3_000, server.checkout(token, cart, byBoth.atMs + 3_000));
  tell(
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
  tell(byEmail.atMs, sentBy(byEmail.visitor, [byEmail.page.signedIn(byEmail.atMs + 1)]));
  placed({ atMs: soon(byEmail.atMs), email: 'By-Email@Mail.Example' });

  const early = somebody(person('early'));
  landed(early, early.atMs);
  const refunded = shopOrder(teller, { atMs: soon(early.atMs), userId: 'early' });
  tell(early.atMs, server.refunded(refunded, soon(refunded.atMs), 1_000));
  tell(refunded.atMs, server.placed(refunded));
  const generous = placed({ atMs: refunded.atMs + DAY_MS, userId: 'early' });
  tell(generous.atMs, server.refunded(generous, soon(generous.atMs), generous.amountHundredths + 5_000));
  const never = shopOrder(teller, { atMs: soon(generous.atMs), userId: 'early' });
  tell(never.atMs, server.refunded(never, never.atMs, 700));
  const calledOff = shopOrder(teller, { atMs: soon(generous.atMs), userId: 'early' });
  tell(calledOff.atMs, server.cancelled(calledOff, calledOff.atMs));

  // A first order that was called off makes nobody an old buyer; one without any touch does.
  for (const isCancelled of [true, false]) {
    const buyer = somebody(person(isCancelled ? 'second-thoughts' : 'returning'));
    const userId = buyer.visitor.person?.userId ?? '';
    const first = placed({ atMs: buyer.atMs, userId });
    if (isCancelled) tell(first.atMs - DAY_MS, server.cancelled(first, soon(first.atMs)));
    landed(buyer, soon(first.atMs) + 1, SPRING_LINK);
    placed({ atMs: first.atMs + DAY_MS, userId });
  }

  // Two pages and the server each call one order something else.
  const twice = somebody();
  landed(twice, twice.atMs, SPRING_LINK);
  const manyNames = shopOrder(teller, { atMs: soon(twice.atMs), email: 'many.names@mail.example' });
  bought(twice, manyNames, manyNames.atMs, 'sequence');
  bought(twice, manyNames, manyNames.atMs, 'checkout token');
  tell(manyNames.atMs + DAY_MS, server.placed(manyNames));

  // Who shares a browser with somebody who clicked has not clicked.
  const clicker = { ...person('clicker'), cioId: `cio${chance.digits(16)}` };
  const shared = somebody(clicker);
  tell(shared.atMs, sentBy(shared.visitor, [shared.page.signedIn(shared.atMs + 1)]));
  const other: Visitor = { ...shared.visitor, person: person('other-at-home') };
  const otherPage = pageOf(other, true, chance.uuid);
  tell(shared.atMs, sentBy(other, [otherPage.signedIn(shared.atMs + MINUTE_MS)]));
  const about = flowMessage(WELCOME.campaignId, WELCOME.nodes[0].actionId, `journey-${chance.digits(8)}`);
  const delivery = { person: clicker, deliveryId: `dgT${chance.digits(14)}`, about };
  for (const [step, metric] of ['sent', 'delivered', 'clicked'].entries()) {
    const atMs = shared.atMs + (step + 2) * MINUTE_MS;
    tell(atMs, reported(teller, delivery, metric, atMs));
  }
  placed({ atMs: shared.atMs + 10 * MINUTE_MS, userId: 'other-at-home' });
  placed({ atMs: shared.atMs + 11 * MINUTE_MS, userId: 'clicker' });
}
