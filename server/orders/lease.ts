import { orderNames } from '../../shared/order-names.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { PersonKey } from '../analytics/facts.ts';
import type { AnalyticsStore, OrderKnown } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Delivery, EventLog } from '../store/event-log.ts';
import { completeFrom, completeOrder, toSeen } from './complete.ts';
import { nameInKey, nameOfFrozen } from './keys.ts';

interface LeaseParts {
  /** Shops whose orders are reported twice, by ID. */
  shops: ReadonlyMap<string, Shop>;
  state: Pick<AnalyticsStore, 'ordersKnown' | 'freezeOrder' | 'visitorsOf'>;
}

/** How long orders wait when the analytics store cannot be read. */
const WITHOUT_STATE_MS = 30_000;

/**
 * Completes each order at its first lease from what is known by then, and freezes it: every later attempt and every other
 * destination gets the same event. So does every other event that only the shop's server reports.
 */
export function createLease(log: EventLog, { shops, state }: LeaseParts): EventLog['lease'] {
  function isCompleted({ isOrder, event }: Delivery): boolean {
    return (
      isOrder &&
      event.only === undefined &&
      shops.has(event.shop) &&
      (event.source === 'webhook' || event.event === 'Order Completed') &&
      nameOfFrozen(event) !== undefined
    );
  }

  /** As it is delivered, now and on every later attempt. */
  async function toFrozen(
    event: ProtectedEvent,
    known: ReadonlyMap<string, OrderKnown>,
  ): Promise<ProtectedEvent> {
    const name = nameOfFrozen(event) ?? '';
    const frozen =
      known.get(name)?.frozen ?? (await state.freezeOrder(event.shop, name, await toCompleted(event, known)));
    // Encrypted PII is bound to the messageId it came with, which differs when two orders turned out to be one.
    return { ...frozen, messageId: event.messageId };
  }

  async function toCompleted(
    event: ProtectedEvent,
    known: ReadonlyMap<string, OrderKnown>,
  ): Promise<ProtectedEvent> {
    const reports = namesOfOrder(event).map((name) => known.get(name) ?? {});
    const visitors = async () => state.visitorsOf(event.shop, peopleOf(event));
    const browser = reports.find((report) => report.browser)?.browser;
    if (event.event === 'Order Completed') {
      const isAlone = event.source === 'webhook' && !browser;
      return completeOrder(event, reports[0] ?? {}, isAlone ? await visitors() : []);
    }
    return completeFrom(event, browser ? [toSeen(browser)] : await visitors());
  }

  async function completeAll(orders: readonly Delivery[]): Promise<Map<Delivery, ProtectedEvent>> {
    const events = orders.map(({ event }) => event);
    const names = events.flatMap((event) => [nameOfFrozen(event) ?? '', ...namesOfOrder(event)]);
    // A consumer belongs to one shop.
    const known = await state.ordersKnown(events[0]?.shop ?? '', [...new Set(names)]);
    return new Map(
      await Promise.all(
        orders.map(async (delivery) => [delivery, await toFrozen(delivery.event, known)] as const),
      ),
    );
  }

  return async (consumer, max) => {
    const deliveries = await log.lease(consumer, max);
    const orders = deliveries.filter((delivery) => delivery.isOrder && isCompleted(delivery));
    if (orders.length === 0) return deliveries;
    try {
      const completed = await completeAll(orders);
      return deliveries.map((delivery) => {
        const event = completed.get(delivery);
        return event ? { ...delivery, event } : delivery;
      });
    } catch (error) {
      // Nothing was sent: all deliveries are returned, other events to be leased again at once.
      const isOrder = new Set(orders);
      for (const delivery of deliveries)
        delivery.retry(isOrder.has(delivery) ? WITHOUT_STATE_MS : 0, 'blocked-by-earlier');
      throw error;
    }
  };
}

/** The names of the order an event is about; empty when it has none. */
function namesOfOrder(event: ProtectedEvent): string[] {
  if (event.event === 'Checkout Started') return [];
  const name = nameInKey(event);
  return name === undefined ? orderNames(event) : [name];
}

/** The IDs by which the visitor may be known. */
function peopleOf({ identity, properties }: ProtectedEvent): PersonKey[] {
  const { cart_token, checkout_token, checkout_id } = properties;
  const keys = [
    ['a', identity.anonymousId],
    ['u', identity.userId],
    ['e', identity.emailSha256],
    ['t', cart_token],
    ['k', checkout_token],
    ['k', checkout_id],
  ] as const;
  const known = keys.filter(([, id]) => typeof id === 'number' || (typeof id === 'string' && id !== ''));
  return [...new Set(known.map(([kind, id]): PersonKey => `${kind}:${id}`))];
}
