import type { Visitor } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Panel } from '../parts/page.tsx';
import { hrefOf, type Place } from '../place.ts';

/** How the ids of a person are linked: what the shop proved, and what browsers only claim. */
export function VisitorLinks({ visitor, place }: { visitor: Visitor; place: Place }) {
  const { words, format } = useConsole();
  const { links, orders, counts } = visitor;
  const w = words.visitors;
  const { shop } = place.query;
  const open = (id: string) => (
    <a key={id} class="id" href={hrefOf(['visitors', id], { shop })}>
      {id}
    </a>
  );
  const firstOf = (shown: readonly unknown[], all: number) =>
    shown.length < all && <p class="soft">{w.firstOf(format.number(shown.length), format.number(all))}</p>;
  const claimed = [...links.claimed.userIds, ...links.claimed.browsers];
  return (
    <Panel title={w.links} test="links">
      <p class="soft">{w.held(format.number(counts.events), format.number(counts.mentions))}</p>
      <h3>{w.evidenced}</h3>
      {links.evidenced.length === 0 && <p class="soft">{w.noLinks}</p>}
      <ul class="bullets">
        {links.evidenced.map(({ userId, key, at }) => (
          <li key={`${userId} ${key}`}>
            {open(userId)} ↔ <span class="id">{key}</span> <small class="soft">{format.time(at)}</small>
          </li>
        ))}
      </ul>
      {firstOf(links.evidenced, counts.evidenced)}
      <h3>{w.claimed}</h3>
      {claimed.length === 0 && <p class="soft">{w.noLinks}</p>}
      {claimed.length > 0 && <p class="soft">{w.claimedMore}</p>}
      <p class="examples">{claimed.map(open)}</p>
      {firstOf(claimed, counts.claimed)}
      {orders.length > 0 && (
        <>
          <h3>{words.views.orders}</h3>
          <p class="examples">
            {orders.map((id) => (
              <a key={id} class="id" href={hrefOf(['orders', id], { shop })}>
                {id}
              </a>
            ))}
          </p>
          {firstOf(orders, counts.orders)}
        </>
      )}
    </Panel>
  );
}
