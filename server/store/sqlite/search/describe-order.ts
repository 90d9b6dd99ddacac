import type { FoundOrder } from '../../search.ts';
import { isAccepted } from '../../search-events.ts';
import { type Connection, prepare } from '../prepare.ts';
import type { Names } from './names.ts';
import type { ReadOrderFacts } from './order-facts.ts';
import type { Destination, Outcomes, Sendable } from './outcomes.ts';
import type { Streams } from './streams.ts';

export interface OrderRow {
  id: number;
  shop: string;
  canonicalId: string;
}

interface Parts {
  names: Pick<Names, 'knownShop'>;
  streams: Pick<Streams, 'event'>;
  outcomes: Pick<Outcomes, 'of'>;
  facts: Pick<ReadOrderFacts, 'of'>;
}

/** An order with what its reports say, and what became of it at these destinations. */
export type DescribeOrder = (row: OrderRow, of: readonly Destination[], isLate: boolean) => FoundOrder;

export function createDescribeOrder(
  connection: Connection,
  { names, streams, outcomes, facts }: Parts,
): DescribeOrder {
  const stages = prepare<{ stage: 'placed' | 'paid'; seq: number }>(
    connection,
    "SELECT stage, seq FROM store.order_stages WHERE order_id = ? AND stage IN ('placed', 'paid') ORDER BY stage",
  );
  const stored = prepare<Sendable>(
    connection,
    'SELECT seq, voice AS source, 1 AS isSent FROM store.events WHERE seq = ?',
  );

  /** From the store where it is not in the index yet. */
  function sendable(shop: string, seq: number): Sendable {
    const shopId = names.knownShop(shop);
    const found = shopId === undefined ? undefined : streams.event(shopId, seq);
    return found ?? stored.get(seq) ?? { seq, source: 0, isSent: 1 };
  }

  /** Of the stages that are the sale there, one that was accepted; an order without such a stage has its placement. */
  function outcomeAt(
    one: Destination,
    { id, shop }: OrderRow,
    isLate: boolean,
  ): FoundOrder['outcomes'][number] {
    const found = stages.all(id);
    const sales = found.filter(({ stage }) => one.saleStages.includes(stage));
    const all = (sales.length > 0 ? sales : found).map(({ stage, seq }) => ({
      // 0: it was sent by an earlier version, which kept no event of it.
      ...(seq > 0
        ? outcomes.of(one, sendable(shop, seq), isLate)
        : { consumer: one.name, state: 'none' as const }),
      stage,
    }));
    return all.find(isAccepted) ?? all[0] ?? { consumer: one.name, state: 'none', stage: 'placed' };
  }

  return (row, of, isLate) => ({
    ...{ shop: row.shop, id: row.canonicalId },
    ...facts.of(row.id),
    outcomes: of.filter(({ shop }) => shop === row.shop).map((one) => outcomeAt(one, row, isLate)),
  });
}
