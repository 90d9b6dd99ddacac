import { subjectOf, tokenSubject } from '../subject.ts';
import { type Dedup, erasedKey, type Windows } from './dedup-keys.ts';
import { createDenialsOf } from './evidence.ts';
import type { LoneViews } from './lone-views.ts';
import type { OpenStore } from './open-store.ts';
import { createReferences } from './order-references.ts';
import { prepare } from './prepare.ts';

/** The names of an erased order, for the ledger. */
export interface ErasedOrder {
  canonicalId: string;
  names: string[];
  refunds: string[];
}

/**
 * Orders of erased persons. Nothing of them stays but digests of the names that the shop system or the backend gave
 * them: a later report under one of these is not stored, or the person would be back with the next order poll.
 */
export function createErasedOrders(
  { connection }: OpenStore,
  dedup: Dedup,
  windows: Windows,
  loneViews: Pick<LoneViews, 'forgetAll'>,
) {
  const eventsOf = prepare<{ seq: number }>(connection, 'SELECT seq FROM events WHERE order_id = ?');
  const namesOf = prepare<{ name: string; isTrusted: number }>(
    connection,
    'SELECT name, is_trusted AS isTrusted FROM order_names WHERE order_id = ?',
  );
  const tokensOf = prepare<{ token: string }>(
    connection,
    'SELECT token FROM order_tokens WHERE order_id = ?',
  );
  const denialsOf = createDenialsOf(connection);
  const refundsOf = prepare<{ part: string }>(
    connection,
    "SELECT DISTINCT part FROM order_stages WHERE order_id = ? AND part <> ''",
  );
  const references = createReferences(connection);
  const removals = [
    'evidence_names WHERE evidence_id IN (SELECT id FROM evidence WHERE order_id = ?)',
    'evidence WHERE order_id = ?',
    `views WHERE id IN (SELECT t.view_id FROM order_tokens o
       JOIN token_views t ON t.shop = o.shop AND t.token = o.token WHERE o.order_id = ?)`,
    'order_names WHERE order_id = ?',
    'order_tokens WHERE order_id = ?',
    'order_reports WHERE order_id = ?',
    'order_stages WHERE order_id = ?',
    'orders WHERE id = ?',
  ].map((rows) => prepare(connection, `DELETE FROM ${rows}`));

  const describe = (id: number, canonicalId: string): ErasedOrder => ({
    canonicalId,
    names: namesOf.all(id).map(({ name }) => name),
    refunds: refundsOf.all(id).map(({ part }) => part),
  });

  /**
   * Removes what was denied of the order without an id. Returns the subjects of the consent record that only the order
   * leads to: its names, the tokens of its carts and checkouts. What only browsers call it may be another order's name.
   */
  function removeDenials(shop: string, id: number): string[] {
    const names = namesOf.all(id).flatMap(({ name, isTrusted }) => (isTrusted === 1 ? name : []));
    const tokens = tokensOf.all(id).map(({ token }) => token);
    const denied = denialsOf.remove(shop, names, tokens);
    const subjects = [
      ...names.map((name) => subjectOf('o', name)),
      ...[...tokens, ...denied].map(tokenSubject),
    ];
    return [...new Set(subjects)].filter((subject) => subject !== '');
  }

  return {
    /** The events of these orders. */
    events: (orders: readonly { id: number }[]): Set<number> =>
      new Set(orders.flatMap(({ id }) => eventsOf.all(id)).map(({ seq }) => seq)),

    describe,

    remove(
      shop: string,
      { id, canonicalId }: { id: number; canonicalId: string },
      nowMs: number,
    ): ErasedOrder & { subjects: string[] } {
      const order = { ...describe(id, canonicalId), subjects: removeDenials(shop, id) };
      for (const { name, isTrusted } of namesOf.all(id))
        dedup.put(shop, erasedKey(name, isTrusted === 1), nowMs + windows.orderKeyMs);
      references.remove(id);
      for (const removal of removals) removal.run(id);
      loneViews.forgetAll();
      return order;
    },

    /** A name that only browsers gave keeps out browsers' reports alone: anybody may have invented it. */
    has: (shop: string, names: readonly string[], isTrusted: boolean, nowMs: number): boolean =>
      names.some(
        (name) =>
          dedup.has(shop, erasedKey(name, true), nowMs) ||
          (!isTrusted && dedup.has(shop, erasedKey(name, false), nowMs)),
      ),
  };
}
export type ErasedOrders = ReturnType<typeof createErasedOrders>;
