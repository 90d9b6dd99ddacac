import type { PersonQuery } from './person.ts';
import type { EventDetail, EventPage, EventQuery } from './search-events.ts';
import type {
  GroupQuery,
  MatchQuery,
  MatchRow,
  OutcomeGroup,
  SearchSeries,
  SelectedPage,
  Selection,
  SeriesQuery,
} from './search-figures.ts';
import type {
  FoundOrder,
  JoinedOrders,
  JoinedOrdersQuery,
  OrderDetail,
  OrderPage,
  OrderQuery,
} from './search-orders.ts';
import type { FoundPerson } from './search-people.ts';

export type * from './search-events.ts';
export type * from './search-figures.ts';
export type * from './search-orders.ts';
export type * from './search-people.ts';

/**
 * What operators ask of the store: an index of its events and of its delivery history, and figures over both. It is built
 * behind the store by a thread of its own, and can be a moment late; it holds no text of an event. Lost or damaged it is
 * built again. All methods reject with `SearchUnavailable` after `close`, and while the index cannot be read.
 */
export interface Search {
  /** Newest first. A page after another one holds what was stored before it, each event once, whatever is stored meanwhile. */
  events(query: EventQuery): Promise<EventPage>;
  /**
   * Of several events with the messageId the one that destinations are sent, and of these the newest; else what a browser
   * reported of an order where its word makes none.
   */
  event(shop: string, messageId: string): Promise<EventDetail | undefined>;

  /** The order placed last first. Of what has any of the ids that a query names, at most the newest 1,000 are looked at. */
  orders(query: OrderQuery): Promise<OrderPage>;
  /** What only pages reported is found by a name that no other order has. @param name any name of the order, without `#`. */
  order(shop: string, name: string): Promise<OrderDetail | undefined>;
  /** The orders placed on a day, oldest first. @param day `2026-03-01` in the IANA time zone. */
  orderDay(shop: string, day: string, timeZone: string): Promise<DayOfOrders>;

  joinedOrders(query: JoinedOrdersQuery): Promise<JoinedOrders>;

  /** Whom `Store.erase` would take, by the same rule, with what is stored by now. */
  person(shop: string, query: PersonQuery): Promise<FoundPerson>;

  /** Dead letters and skipped events, the largest group first; at most 500 groups. */
  groups(query: GroupQuery): Promise<OutcomeGroup[]>;
  /** What a replay or a discard would be about, page by page, newest first. @param limit events of a page, at most 1,000. */
  select(selection: Selection, limit: number, cursor?: string): Promise<SelectedPage>;

  series(query: SeriesQuery): Promise<SearchSeries>;
  /** By day, consumer and name. */
  matchQuality(query: MatchQuery): Promise<MatchRow[]>;

  /** The number of the last event that is found, how many events are stored after it, and the last row of the history. */
  indexedUntil(): Promise<IndexedUntil>;
  /** Calls `listener` when further events or outcomes can be found. Returns a function that removes it. */
  onIndexed(listener: (until: IndexedUntil) => void): () => void;

  close(): Promise<void>;
}

/** When the day begins and ends, epoch ms, and its orders. */
export interface DayOfOrders {
  fromMs: number;
  toMs: number;
  orders: FoundOrder[];
}

export interface IndexedUntil {
  seq: number;
  lag: number;
  historyId: number;
}
