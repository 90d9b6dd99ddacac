import { useState } from 'preact/hooks';
import type { EventList } from '../../../shared/operator-api/index.ts';
import { pick } from '../api.ts';
import { useConsole } from '../context.ts';
import { Filters, Pages } from '../parts/filters.tsx';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { EventTable } from './event-table.tsx';
import { optionsOf, outcomeFields } from './options.ts';
import { SearchBox } from './search-box.tsx';
import { UnjoinedFound } from './unjoined-found.tsx';
import { mergeLive, useLive } from './use-live.ts';

/** What the link of a group adds to the filter. */
const OF_GROUP = ['words', 'settledFrom', 'settledTo'];
const ALL = Object.fromEntries(['cursor', ...OF_GROUP].map((name) => [name, undefined]));
const SOUGHT = ['q', 'email', 'phone', 'order', 'visitor', 'user', 'message'];
const FILTER = ['name', 'source', 'destination', 'outcome', 'reason', 'from', 'to', 'type', ...OF_GROUP];

/** Every event, newest first: found by any id, filtered, and without a filter live. */
export function Events({ place }: { place: Place }) {
  const { api, shop, words } = useConsole();
  const filter = { shop: shop.id, ...pick(place.query, [...SOUGHT, ...FILTER, 'cursor']) };
  const found = useData(JSON.stringify(filter), (signal) =>
    api.get<EventList>('admin/events', filter, signal),
  );
  const isSought = SOUGHT.some((name) => place.query[name] !== undefined);
  const isFiltered = isSought || FILTER.some((name) => place.query[name] !== undefined);
  const isNewest = !isFiltered && !place.query.cursor;
  const [isPaused, setPaused] = useState(false);
  const live = useLive(isNewest && !isPaused);
  const options = optionsOf(words, shop);
  const w = words.events;
  return (
    <Page
      title={words.views.events}
      lead={w.lead}
      actions={
        isNewest && (
          <button
            type="button"
            class="quiet live-button"
            aria-pressed={!isPaused}
            data-live={live.isLive && !isPaused}
            onClick={() => setPaused(!isPaused)}
            data-test="live"
          >
            {isPaused ? w.resume : live.isLive ? w.live : w.connecting}
          </button>
        )
      }
    >
      <SearchBox place={place} />
      <Filters
        place={place}
        fields={[
          { name: 'name', label: w.name, suggestions: NAMES },
          { name: 'source', label: w.source, options: options.sources },
          ...outcomeFields(words, options),
        ]}
      />
      {OF_GROUP.some((name) => place.query[name] !== undefined) && (
        <p class="soft" data-test="of-group">
          {w.ofGroup} {place.query.words && `${words.common.quoted(place.query.words)} `}
          <a href={hrefOf(place.path, { ...place.query, ...ALL })}>{words.common.clear}</a>
        </p>
      )}
      <Loading of={found}>
        {({ events, nextCursor, indexedUntil }) => {
          const rows = isNewest ? mergeLive(live.rows, events) : events;
          return (
            <>
              {indexedUntil.lag > 0 && <p class="soft">{w.lag(indexedUntil.lag)}</p>}
              {rows.length === 0 && (
                <Empty title={isFiltered ? words.common.nothingFound : w.empty}>
                  {isFiltered ? words.common.widen : w.emptyMore}
                </Empty>
              )}
              {rows.length > 0 && (
                <EventTable rows={rows} shop={place.query.shop} caption={words.views.events} />
              )}
              {isSought && !place.query.cursor && <UnjoinedFound place={place} />}
              <Pages place={place} nextCursor={nextCursor} />
            </>
          );
        }}
      </Loading>
    </Page>
  );
}

/** Those that fill a name field; others can be typed. */
const NAMES = [
  ...['Product Viewed', 'Product List Viewed', 'Products Searched', 'Product Added', 'Cart Viewed'],
  ...['Checkout Started', 'Payment Info Entered', 'Order Completed', 'Order Refunded', 'Order Cancelled'],
];
