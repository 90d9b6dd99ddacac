import type { OrderRow } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { OutcomeCell } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { hrefOf } from '../place.ts';
import { OrderPill } from './order-pill.tsx';

interface OrderTableProps {
  rows: readonly OrderRow[];
  /** Of the address, kept in the links. */
  shop: string | undefined;
  caption: string;
  test: string;
}

/** A list of orders with one column for each destination. */
export function OrderTable({ rows, shop: shopOfPlace, caption, test }: OrderTableProps) {
  const { shop, words, format, titleOf } = useConsole();
  const w = words.orders;
  return (
    <Table<OrderRow>
      caption={caption}
      test={test}
      rows={rows}
      // What a page reported of an order and could not prove is in the list beside the order.
      keyOf={({ id, state }) => `${id} ${state}`}
      hrefOf={({ id }) => hrefOf(['orders', id], { shop: shopOfPlace })}
      columns={[
        { head: w.order, cell: ({ id }) => id },
        {
          head: words.common.time,
          kind: 'time',
          cell: ({ at }) => format.time(at),
        },
        { head: w.state, cell: ({ state }) => <OrderPill state={state} /> },
        {
          head: w.total,
          kind: 'number',
          cell: ({ total, currency }) => (total === undefined ? '–' : format.money(total, currency)),
        },
        {
          head: w.reportedBy,
          isMinor: true,
          cell: ({ sources }) => sources.map((source) => words.sources[source]).join(words.common.comma),
        },
        ...shop.destinations.map(({ name }) => ({
          head: titleOf(name),
          cell: ({ outcomes }: OrderRow) => <OutcomeCell outcomes={outcomes} destination={name} />,
        })),
      ]}
    />
  );
}
