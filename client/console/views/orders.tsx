import type { OrderList } from '../../../shared/operator-api/index.ts';
import { pick } from '../api.ts';
import { useConsole } from '../context.ts';
import { Filters, Pages } from '../parts/filters.tsx';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import type { Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { optionsOf, outcomeFields } from './options.ts';
import { OrderTable } from './order-table.tsx';

const SHOWN = ['q', 'state', 'confirmed', 'destination', 'outcome', 'reason', 'from', 'to'];
const FILTER = [...SHOWN, 'visitor', 'user', 'email', 'phone', 'message'];

/** The shop's orders, newest first, with what each destination has of them. */
export function Orders({ place }: { place: Place }) {
  const { api, shop, words } = useConsole();
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
          {
            name: 'confirmed',
            label: w.reportedBy,
            options: options.confirmed,
          },
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
              <OrderTable rows={orders} shop={place.query.shop} caption={words.views.orders} test="orders" />
            )}
            <Pages place={place} nextCursor={nextCursor} />
          </>
        )}
      </Loading>
    </Page>
  );
}
