import type { Selection as Wanted } from '../../../shared/operator-api/index.ts';
import { HttpError } from '../../http/errors.ts';
import type { DeliveryState, Search, SelectedPage, Selection } from '../../store/search.ts';
import type { Places } from '../places.ts';
import { pagesOf } from '../searching.ts';
import { given, rangeOf, settledRangeOf } from '../times.ts';

const PAGE = 1_000;
/** Messages of one question to the search: each is a look at the index, and other questions wait meanwhile. */
const IDS = 100;

/** What the search is asked for a selection. @param states where the selection names none. @throws {HttpError} 400, 404 */
export function toSelection(places: Places, wanted: Wanted, states: readonly DeliveryState[]): Selection {
  const { shop, destination, state, ids, order, reason, words, name } = wanted;
  places.shopsOf(shop);
  if (state === 'none' && destination === undefined)
    throw new HttpError(400, 'malformed-body', 'The request is invalid.', {
      details: ['selection.destination: name the destination that should be sent what it was never given'],
    });
  const all = places.all.filter((place) => shop === undefined || place.shop.id === shop);
  return {
    consumers:
      destination === undefined ? all.map(({ consumer }) => consumer) : places.consumersOf(destination, shop),
    states: state === undefined ? states : [state],
    ...given({ shop, reason, words, name, messageIds: ids, order: order?.replace(/^#/, '') }),
    ...rangeOf(wanted),
    ...settledRangeOf(wanted),
  };
}

/** Everything selected, page by page; the next is looked for while one is worked on. */
export const eachPage = (search: Pick<Search, 'select'>, selection: Selection) =>
  ahead(pagesIn(search, selection));

async function* pagesIn(search: Pick<Search, 'select'>, selection: Selection): AsyncGenerator<SelectedPage> {
  const ids = [...new Set(selection.messageIds)];
  if (ids.length <= IDS) return yield* selectedIn(search, selection);
  for (let first = 0; first < ids.length; first += IDS)
    yield* selectedIn(search, { ...selection, messageIds: ids.slice(first, first + IDS) });
}

async function* selectedIn(
  search: Pick<Search, 'select'>,
  selection: Selection,
): AsyncGenerator<SelectedPage> {
  for await (const page of pagesOf(({ cursor }) => search.select(selection, PAGE, cursor)))
    if (page.selected.length > 0) yield page;
}

/** Asks for each item while the one before is worked on. */
async function* ahead<Item>(items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  let next = items.next();
  for (;;) {
    const { value, done } = await next;
    if (done) return;
    next = items.next();
    // It is awaited after the work; until then a failure is nobody's.
    next.catch(() => {});
    yield value;
  }
}

/** A selection as the list of actions shows it: `tiktok · rejected · 2026-11-28T00:00:00Z to now`. */
export function selectionWords({
  ids,
  order,
  shop,
  destination,
  reason,
  words,
  state,
  from,
  to,
  settledFrom,
  settledTo,
  name,
}: Wanted): string {
  const between = (from: string | undefined, to: string | undefined, what: string) =>
    from === undefined && to === undefined
      ? undefined
      : `${what}${from ?? 'the beginning'} to ${to ?? 'now'}`;
  const times = [between(from, to, ''), between(settledFrom, settledTo, 'settled ')];
  const messages = ids && (ids.length === 1 ? `message ${ids[0]}` : `${ids.length} messages`);
  const quoted = words && `“${words}”`;
  const parts = [
    shop,
    destination,
    state,
    reason,
    quoted,
    name,
    order && `order ${order}`,
    messages,
    ...times,
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
