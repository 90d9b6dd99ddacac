import type { ScenarioEvent } from './event.ts';
import { AD, createDevice, type Person, SPRING, type Visitor, WELCOME } from './fixtures.ts';
import { flowMessage, messageReport } from './mail.ts';
import { asSeenOnPage, shopOrder } from './orders.ts';
import { pageOf, sentBy } from './pages.ts';
import type { ScenarioBuilder } from './scenario.ts';

/** An order whose credit depends on one rule of which ids belong to one person. */
export interface LinkingCase {
  name: string;
  /** With the time at which the collector receives each, in ms. */
  events: [receivedMs: number, event: ScenarioEvent][];
  /** What the one order of these events is credited to; absent: nothing. */
  marketing?: string;
  flow?: string;
}
type Parts = Pick<ScenarioBuilder, 'chance' | 'server'>;

const MINUTE_MS = 60_000;

/**
 * One case for each rule of "People and links" in `server/analytics/README.md` that ordinary visits hardly meet.
 *
 * @param startMs whole seconds; each case ends within an hour.
 */
export function linkingCases({ chance, server }: Parts, startMs: number): LinkingCase[] {
  const visitorOf = (person?: Person, consent?: Record<string, boolean>): Visitor => ({
    role: person ? 'user' : 'anonymous',
    device: createDevice(chance, consent && { consent }),
    ...(person && { person }),
  });
  const personOf = (userId: string): Person => ({
    userId,
    email: `${userId}@mail.example`,
    cioId: `cio${chance.digits(16)}`,
  });
  const at = (minutes: number) => startMs + minutes * MINUTE_MS;
  const pageFor = (visitor: Visitor) => pageOf(visitor, visitor.person?.userId !== undefined, chance.uuid);
  const landed = (visitor: Visitor, minutes: number, query: string): LinkingCase['events'][number] => [
    at(minutes),
    sentBy(visitor, [pageFor(visitor).landed(at(minutes) + 1, query)]),
  ];
  const signedIn = (visitor: Visitor, minutes: number): LinkingCase['events'][number] => [
    at(minutes),
    sentBy(visitor, [pageFor(visitor).signedIn(at(minutes) + 1)]),
  ];
  const clicked = (person: Person, minutes: number): LinkingCase['events'][number] => {
    const about = flowMessage(WELCOME.campaignId, WELCOME.nodes[0].actionId, `journey-${chance.digits(8)}`);
    const delivery = { person, deliveryId: `dgT${chance.digits(14)}`, about };
    return [at(minutes), messageReport({ chance }, delivery, 'clicked', at(minutes))];
  };
  const orderAt = (minutes: number, more: Partial<Parameters<typeof shopOrder>[1]> = {}) =>
    shopOrder({ chance }, { atMs: at(minutes), ...more });
  const onPage = (visitor: Visitor, order: ReturnType<typeof orderAt>): LinkingCase['events'][number] => [
    order.atMs,
    sentBy(visitor, [pageFor(visitor).tracked(order.atMs, 'Order Completed', asSeenOnPage(order, 'id'))]),
  ];
  const byServer = (order: ReturnType<typeof orderAt>): LinkingCase['events'][number] => [
    order.atMs,
    server.placed(order),
  ];

  const reader: Person = { email: 'cio.on.any.page@mail.example', cioId: `cio${chance.digits(16)}` };
  const readerBrowser = visitorOf();
  const checkoutVisitor = visitorOf();
  const checkoutToken = chance.uuid();
  const withAnalytics = visitorOf();
  const withoutAnalytics: Visitor = {
    ...withAnalytics,
    device: {
      ...withAnalytics.device,
      consent: { advertising: true, analytics: false, marketing: true },
    },
    person: personOf('without-analytics'),
  };
  const clicker: Person = { email: 'clicked.elsewhere@mail.example', cioId: `cio${chance.digits(16)}` };
  const lander = visitorOf();
  const landersOrder = orderAt(10, { email: clicker.email });
  const sharedDevice = visitorOf(personOf('signed-in-before'));
  const otherDevice = visitorOf(sharedDevice.person);
  const guest: Visitor = { role: 'anonymous', device: sharedDevice.device };
  const guestsOrder = orderAt(10, { userId: 'ordered-as-guest' });
  const cartVisitor = visitorOf();
  const otherCheckout = chance.uuid();
  return [
    {
      name: '`_cio_id` in the URL of any page links its visitor, also where the page is no landing',
      events: [
        clicked(reader, 1),
        landed(readerBrowser, 30, `_cio_id=${reader.cioId}`),
        onPage(readerBrowser, orderAt(40)),
      ],
      flow: WELCOME.flowId,
    },
    {
      name: 'a `checkout_id` is a checkout token',
      events: [
        landed(checkoutVisitor, 1, `utm_id=${AD}`),
        [
          at(2),
          sentBy(checkoutVisitor, [
            pageFor(checkoutVisitor).tracked(at(2), 'Checkout Started', { checkout_id: checkoutToken }),
          ]),
        ],
        byServer(orderAt(10, { checkoutToken, email: 'by.checkout.id@mail.example' })),
      ],
      marketing: AD,
    },
    {
      name: 'ids of a message without consent to analytics are linked',
      events: [
        landed(withAnalytics, 1, `utm_id=${AD}`),
        signedIn(withoutAnalytics, 2),
        byServer(orderAt(10, { userId: 'without-analytics' })),
      ],
      marketing: AD,
    },
    {
      name: 'a landing continues a click of any person of the order',
      events: [
        clicked(clicker, 1),
        landed(lander, 5, 'utm_campaign=spring'),
        onPage(lander, landersOrder),
        byServer(landersOrder),
      ],
      marketing: SPRING,
      flow: WELCOME.flowId,
    },
    {
      name: "a visitor's cart leads to its checkout, and not on to the order of that checkout with another cart",
      events: [
        landed(cartVisitor, 1, `utm_id=${AD}`),
        [
          at(2),
          sentBy(cartVisitor, [
            pageFor(cartVisitor).tracked(at(2), 'Product Added', {
              cart_token: cartVisitor.device.cartToken,
            }),
          ]),
        ],
        [at(3), server.checkout(otherCheckout, cartVisitor.device.cartToken, at(3))],
        byServer(orderAt(10, { checkoutToken: otherCheckout, email: 'other.cart@mail.example' })),
      ],
    },
    {
      name: 'one report with a user id names the order: who else signed in on that browser is not followed',
      events: [
        signedIn(sharedDevice, 1),
        landed(otherDevice, 2, `utm_id=${AD}`),
        onPage(guest, guestsOrder),
        byServer(guestsOrder),
      ],
    },
  ];
}
