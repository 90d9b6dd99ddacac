import type { OrderList, OrderRow } from '../../../shared/operator-api/index.ts';
import { pick } from '../api.ts';
import { useConsole } from '../context.ts';
import { Filters, Pages } from '../parts/filters.tsx';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { OutcomeCell, Pill } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { optionsOf, outcomeFields } from './options.ts';

const FILTER = ['q', 'state', 'destination', 'outcome', 'reason', 'from', 'to'];
const COLOURS = { paid: 'delivered', unpaid: 'waiting', refunded: 'retry', cancelled: 'skipped' };

/** The shop's orders, newest first, with what each destination has of them. */
export function Orders({ place }: { place: Place }) {
  const { api, shop, words, format, titleOf } = useConsole();
  const filter = { shop: shop.id, ...pick(place.query, [...FILTER, 'cursor']) };
  const found = useData(JSON.stringify(filter), (signal) =>
    api.get<OrderList>('admin/orders', filter, signal),
  );
  const w = words.orders;
  const options = optionsOf(words, shop);
  const isFiltered = FILTER.some((name) => place.query[name]);
  const csv = api.url('admin/orders', { ...filter, cursor: undefined, format: 'csv' });
  return (
    <Page
      title={words.views.orders}
      lead={w.lead}
      actions={
        <a class="button quiet" href={csv} download="orders.csv">
          {words.common.csv}
        </a>
      }
    >
      <Filters
        place={place}
        fields={[
          { name: 'q', label: w.search },
          { name: 'state', label: w.state, options: options.orderStates },
          ...outcomeFields(words, options),
        ]}
      />
      <Loading of={found}>
        {({ orders, nextCursor }) => (
          <>
            {orders.length === 0 && (
              <Empty title={isFiltered ? words.common.nothingFound : w.empty}>
                {isFiltered ? words.common.widen : w.emptyMore}
              </Empty>
            )}
            {orders.length > 0 && (
              <Table<OrderRow>
                caption={words.views.orders}
                test="orders"
                rows={orders}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => hrefOf(['orders', id], { shop: place.query.shop })}
                columns={[
                  { head: w.order, cell: ({ id }) => id },
                  { head: words.common.time, kind: 'time', cell: ({ at }) => format.time(at) },
                  { head: w.state, cell: ({ state }) => <OrderPill state={state} /> },
                  {
                    head: w.total,
                    kind: 'number',
                    cell: ({ total, currency }) =>
                      total === undefined ? '–' : format.money(total, currency),
                  },
                  {
                    head: w.reportedBy,
                    isMinor: true,
                    cell: ({ sources }) => sources.map((source) => words.sources[source]).join(', '),
                  },
                  ...shop.destinations.map(({ name }) => ({
                    head: titleOf(name),
                    cell: ({ outcomes }: OrderRow) => <OutcomeCell outcomes={outcomes} destination={name} />,
                  })),
                ]}
              />
            )}
            <Pages place={place} nextCursor={nextCursor} />
          </>
        )}
      </Loading>
    </Page>
  );
}

export function OrderPill({ state }: { state: OrderRow['state'] }) {
  const { words } = useConsole();
  return <Pill state={COLOURS[state]}>{words.orderStates[state]}</Pill>;
}
