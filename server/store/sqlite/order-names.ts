import type { OrderClaim } from '../../orders/claim.ts';
import { isTrusted } from '../../orders/precedence.ts';
import { toStorable } from '../storable.ts';
import { createAbsent, type ShopKey } from './ahead.ts';
import type { OpenStore } from './open-store.ts';
import { type FirstReport, ORDER_COLUMNS, type Order } from './order.ts';
import { prepare } from './prepare.ts';
import { tokenKey } from './token-key.ts';

/** `isTrustedName`: a trusted voice gave it this name; `isTrusted`: one reported it, whatever it called it. */
type NamedOrder = Order & { isTrustedName: number; isTrusted: number };

/** Which orders names and tokens lead to. */
export function createOrderNames(store: OpenStore) {
  const { connection } = store;
  const byName = prepare<NamedOrder>(
    connection,
    `SELECT ${ORDER_COLUMNS}, n.is_trusted AS isTrustedName,
       EXISTS (SELECT 1 FROM order_names WHERE order_id = orders.id AND is_trusted = 1) AS isTrusted
     FROM order_names n JOIN orders ON orders.id = n.order_id WHERE n.shop = ? AND n.name = ?`,
  );
  const addName = prepare(
    connection,
    `INSERT INTO order_names (shop, name, order_id, is_trusted) VALUES (?, ?, ?, ?)
     ON CONFLICT (shop, name) DO UPDATE SET order_id = excluded.order_id, is_trusted = 1
     WHERE excluded.is_trusted = 1 AND order_names.is_trusted = 0`,
  );
  const addToken = prepare(
    connection,
    'INSERT INTO order_tokens (shop, token, order_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const byToken = prepare<Order>(
    connection,
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE id IN (SELECT order_id FROM order_tokens WHERE shop = ? AND token = ?)`,
  );
  // As the tables answer it.
  const nameKey = (name: string) => String(toStorable(name));
  const unusedNames = createAbsent(store, 'order_names', 'name');
  const unusedTokens = createAbsent(store, 'order_tokens', 'token');
  /** One for each name that an order has, in the order of the names. */
  const allNamed = (shop: string, names: readonly string[]): NamedOrder[] =>
    names
      .filter((name) => !unusedNames.has(shop, nameKey(name)))
      .map((name) => byName.get(shop, name))
      .filter((order) => order !== undefined);
  const showing = (shop: string, tokens: readonly string[]) =>
    oldestFirst(
      tokens
        .map(tokenKey)
        .filter((token) => !unusedTokens.has(shop, token))
        .flatMap((token) => byToken.all(shop, token)),
    );
  /** Of the orders that have a report's names those it belongs to, oldest first. All of them are one order. */
  function belongingTo(
    shop: string,
    found: readonly NamedOrder[],
    { tokens }: OrderClaim,
    report: FirstReport,
  ): Order[] {
    if (isTrusted(report.source)) {
      const shown = new Set(report.needsProof ? showing(shop, tokens).map(({ id }) => id) : []);
      const isProven = ({ id, witness }: Order) =>
        !report.needsProof || (witness !== null && witness === report.witness) || shown.has(id);
      return oldestFirst(
        found.filter((order) => (order.isTrusted === 1 ? order.isTrustedName === 1 : isProven(order))),
      );
    }
    const trusted = found.find((order) => order.isTrusted === 1);
    return oldestFirst(found.filter((order) => order.isTrusted === 0 || order.id === trusted?.id));
  }

  return {
    /** Names and tokens that will be asked next. */
    readAhead(names: readonly ShopKey[], tokens: readonly ShopKey[]): void {
      unusedNames.look(names.map(([shop, name]) => [shop, nameKey(name)]));
      unusedTokens.look(tokens.map(([shop, token]) => [shop, tokenKey(token)]));
    },
    allNamed,
    /** The orders that have any of these names, oldest first. */
    named: (shop: string, names: readonly string[]): Order[] => oldestFirst(allNamed(shop, names)),
    showing,
    belongingTo,
    /** Its names, and the keys of its tokens. */
    add(
      shop: string,
      id: number,
      { names, keys }: Record<'names' | 'keys', readonly string[]>,
      isTrusted: boolean,
    ) {
      for (const name of names) {
        unusedNames.end(shop, nameKey(name));
        addName.run(shop, name, id, Number(isTrusted));
      }
      for (const key of keys) {
        unusedTokens.end(shop, key);
        addToken.run(shop, key, id);
      }
    },
  };
}

const oldestFirst = <One extends Order>(orders: readonly One[]): One[] => {
  if (orders.length < 2) return [...orders];
  const found = new Map(orders.map((order) => [order.id, order]));
  return [...found.values()].sort((a, b) => a.id - b.id);
};
