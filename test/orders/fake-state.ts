import type { PersonKey } from '../../server/analytics/facts.ts';
import type { OrderKnown, Visitor } from '../../server/analytics/store.ts';
import type { OrderParts } from '../../server/orders/log.ts';
import { LogUnavailable } from '../../server/store/event-log.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

type State = OrderParts['state'];
interface Order extends OrderKnown {
  first: string;
}

/** What orders need of state, in memory. What goes in and out is copied, as on its way to a disk. */
export interface FakeState extends State {
  visitors: { shop: string; people: PersonKey[]; visitor: Visitor }[];
  /** Names of the calls so far. */
  calls: string[];
  /** While true every call rejects. */
  isDown: boolean;
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export function createFakeState(): FakeState {
  /** By shop and name. Several names may lead to one order. */
  const orders = new Map<string, Order>();
  const keyOf = (shop: string, name: string) => JSON.stringify([shop, name]);
  const called = async (name: string) => {
    state.calls.push(name);
    if (state.isDown) throw new LogUnavailable('the disk is full');
  };

  function find(shop: string, names: readonly string[]): Order {
    const known = names.map((name) => orders.get(keyOf(shop, name))).filter((order) => order !== undefined);
    const order = known[0] ?? { first: names[0] ?? '' };
    for (const other of known) {
      const { first } = order;
      Object.assign(order, { ...other, ...order, first });
      for (const [key, value] of orders) if (value === other) orders.set(key, order);
    }
    for (const name of names) orders.set(keyOf(shop, name), order);
    return order;
  }

  const state: FakeState = {
    visitors: [],
    calls: [],
    isDown: false,
    async recordOrderReport(shop, source, names, event) {
      await called('recordOrderReport');
      const order = find(shop, names);
      order[source] ??= copy(event);
      return order.first;
    },
    async ordersKnown(shop, names) {
      await called('ordersKnown');
      const found = names.map((name) => [name, orders.get(keyOf(shop, name))] as const);
      return new Map(found.flatMap(([name, order]) => (order ? [[name, copy(order)] as const] : [])));
    },
    async freezeOrder(shop, name, event): Promise<ProtectedEvent> {
      await called('freezeOrder');
      const order = find(shop, [name]);
      order.frozen ??= copy(event);
      return copy(order.frozen);
    },
    async visitorsOf(shop, people) {
      await called('visitorsOf');
      const found = state.visitors.filter(
        (known) => known.shop === shop && known.people.some((person) => people.includes(person)),
      );
      return copy(found.map(({ visitor }) => visitor));
    },
  };
  return state;
}
