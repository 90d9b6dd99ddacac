import type { OrderList } from '../../../shared/operator-api/index.ts';
import { pick } from '../api.ts';
import { useConsole } from '../context.ts';
import { Panel } from '../parts/page.tsx';
import type { Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { OrderTable } from './order-table.tsx';

const IDS = ['email', 'phone', 'visitor', 'user', 'message'];

/** Orders that only pages reported, with the ids of a search: no destination was given an event of them. */
export function UnjoinedFound({ place: { query } }: { place: Place }) {
  const { api, shop, words } = useConsole();
  const q = query.q || query.order;
  const sought = {
    shop: shop.id,
    confirmed: 'no',
    ...pick(query, IDS),
    ...(q && { q }),
  };
  const found = useData(JSON.stringify(sought), (signal) =>
    api.get<OrderList>('admin/orders', sought, signal),
  );
  const { orders = [] } = found.data ?? {};
  if (orders.length === 0) return null;
  return (
    <Panel title={words.orders.unjoined}>
      <p class="soft">{words.orders.evidenceMore}</p>
      <OrderTable rows={orders} shop={query.shop} caption={words.orders.unjoined} test="unjoined" />
    </Panel>
  );
}
