import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Every table. Times are epoch ms, money whole hundredths, flags 0 or 1, lists and events JSON. */
export interface Tables {
  visitors: { shop: string; anonymous_id: string; seen_at: number; body: string };
  links: { shop: string; one: string; other: string; received_at: number };

  /** One row for each id of the person it reached. */
  touches: {
    shop: string;
    person: string;
    at: number;
    id: string;
    kind: string;
    marketing_event: string | null;
    flow: string | null;
    node: string | null;
    received_at: number;
  };
  visits: {
    shop: string;
    id: string;
    marketing_event: string;
    person: string | null;
    country: string | null;
    at: number;
    received_at: number;
  };
  /**
   * Who was counted for a target, as digests that lead back to nobody: `visitor` or `journey`. The person on a journey is
   * known only while the log may tell of it again.
   */
  members: {
    shop: string;
    target: string;
    kind: string;
    member: string;
    person: string | null;
    received_at: number;
  };
  messages: {
    shop: string;
    delivery: string;
    metric: string;
    at: number;
    marketing_event: string | null;
    flow: string | null;
    node: string | null;
    person: string | null;
    received_at: number;
  };

  /** Carts and checkouts. `stale`: its credit has to be looked at again. `closed`: it will not change any more. */
  actions: {
    shop: string;
    id: string;
    kind: string;
    at: number;
    received_at: number;
    stale: number;
    closed: number;
    marketing_event: string | null;
  };
  sightings: {
    shop: string;
    id: string;
    root: string;
    at: number;
    received_at: number;
    body: string;
  };
  order_names: { shop: string; name: string; root: string };
  /** An order as its sightings tell it, and what it is credited to: for good, once the touches it was chosen from are gone. */
  orders: {
    shop: string;
    root: string;
    at: number;
    first_id: string;
    counted: number;
    paid: number;
    foreign_currency: number;
    amount: number;
    refunded: number;
    discount: number;
    items: string;
    buyer: string | null;
    stale: number;
    closed: number;
    credit_fixed: number;
    touch: string | null;
    marketing_event: string | null;
    flow: string | null;
    node: string | null;
  };
  /** Which orders and actions an id had a part in. */
  people: { shop: string; person: string; thing: string };

  /** The first report of an order from each side, and what was fixed for its delivery. */
  reports: { shop: string; name: string; source: string; body: string; at: number };

  costs: {
    shop: string;
    marketing_event: string;
    day: string;
    spend: number;
    impressions: number;
    clicks: number;
  };
  /** What was counted of facts that are gone. */
  baseline: { shop: string; target: string; measure: string; dimension: string; value: number };
  /** Every target ever heard of; `pending`: its totals may have changed since they were last reported. */
  changed: { shop: string; target: string; pending: number };
  synced: { shop: string; target: string; body: string };
  kept: { name: string; sealed: string };
}

export type Db = Kysely<Tables>;

type Column = readonly [name: string, type: 'text' | 'bigint', isNullable?: 'null'];

/** @param engine SQLite keeps a table in the order of its key only when told to. */
async function createTable(
  db: Kysely<unknown>,
  engine: Engine,
  name: string,
  key: readonly string[],
  columns: readonly Column[],
): Promise<void> {
  let table = db.schema.createTable(name);
  for (const [column, type, isNullable] of columns)
    table = table.addColumn(
      column,
      type === 'bigint' && engine === 'sqlite' ? 'integer' : type,
      (definition) => (isNullable ? definition : definition.notNull()),
    );
  table = table.addPrimaryKeyConstraint(`${name}_key`, key as never);
  if (engine === 'sqlite') table = table.modifyEnd(sql`strict, without rowid`);
  await table.execute();
}

const index = (db: Kysely<unknown>, table: string, ...columns: string[]) =>
  db.schema
    .createIndex(`${table}_by_${columns.slice(1).join('_')}`)
    .on(table)
    .columns(columns)
    .execute();

export type Engine = 'sqlite' | 'postgres';

/** In order; each runs once. A file that knows more of them than this program is refused. */
export const migrations = (engine: Engine): Record<string, Migration> => ({
  '0001-beginning': {
    async up(db) {
      const shop = ['shop', 'text'] as const;
      const id = ['id', 'text'] as const;
      const at = ['at', 'bigint'] as const;
      const receivedAt = ['received_at', 'bigint'] as const;
      const body = ['body', 'text'] as const;
      const marketingEvent = ['marketing_event', 'text', 'null'] as const;
      const targets = [marketingEvent, ['flow', 'text', 'null'], ['node', 'text', 'null']] as const;
      const whole = (...names: string[]) => names.map((name) => [name, 'bigint'] as const);
      const text = (...names: string[]) => names.map((name) => [name, 'text'] as const);
      const table = (name: string, key: string, columns: readonly Column[]) =>
        createTable(db, engine, name, key.split(' '), [shop, ...columns]);

      await table('visitors', 'shop anonymous_id', [...text('anonymous_id'), ...whole('seen_at'), body]);
      await index(db, 'visitors', 'shop', 'seen_at');
      await table('links', 'shop one other', [...text('one', 'other'), receivedAt]);
      await index(db, 'links', 'shop', 'other');
      await table('touches', 'shop person at id', [
        ...text('person'),
        at,
        id,
        ...text('kind'),
        ...targets,
        receivedAt,
      ]);
      await table('visits', 'shop id', [
        id,
        ['marketing_event', 'text'],
        ['person', 'text', 'null'],
        ['country', 'text', 'null'],
        at,
        receivedAt,
      ]);
      await index(db, 'visits', 'shop', 'marketing_event', 'country', 'at');
      await table('members', 'shop target kind member', [
        ...text('target', 'kind', 'member'),
        ['person', 'text', 'null'],
        receivedAt,
      ]);
      await index(db, 'members', 'shop', 'person');
      await table('messages', 'shop delivery metric', [
        ...text('delivery', 'metric'),
        at,
        ...targets,
        ['person', 'text', 'null'],
        receivedAt,
      ]);
      await index(db, 'messages', 'shop', 'marketing_event', 'metric');
      await index(db, 'messages', 'shop', 'flow', 'node', 'metric');
      await table('actions', 'shop id', [
        id,
        ...text('kind'),
        at,
        receivedAt,
        ...whole('stale', 'closed'),
        marketingEvent,
      ]);
      await index(db, 'actions', 'shop', 'stale');
      await index(db, 'actions', 'shop', 'marketing_event', 'kind', 'at');
      await table('sightings', 'shop id', [id, ...text('root'), at, receivedAt, body]);
      await index(db, 'sightings', 'shop', 'root');
      await table('order_names', 'shop name', text('name', 'root'));
      await index(db, 'order_names', 'shop', 'root');
      await table('orders', 'shop root', [
        ...text('root'),
        at,
        ...text('first_id'),
        ...whole('counted', 'paid', 'foreign_currency', 'amount', 'refunded', 'discount'),
        ...text('items'),
        ['buyer', 'text', 'null'],
        ...whole('stale', 'closed', 'credit_fixed'),
        ['touch', 'text', 'null'],
        ...targets,
      ]);
      await index(db, 'orders', 'shop', 'stale');
      await index(db, 'orders', 'shop', 'marketing_event');
      await index(db, 'orders', 'shop', 'flow', 'node');
      await index(db, 'orders', 'shop', 'buyer', 'at');
      await table('people', 'shop person thing', text('person', 'thing'));
      await index(db, 'people', 'shop', 'thing');
      await table('reports', 'shop name source', [...text('name', 'source'), body, at]);
      await table('costs', 'shop marketing_event day', [
        ...text('marketing_event', 'day'),
        ...whole('spend', 'impressions', 'clicks'),
      ]);
      await table('baseline', 'shop target measure dimension', [
        ...text('target', 'measure', 'dimension'),
        ...whole('value'),
      ]);
      await table('changed', 'shop target', [...text('target'), ...whole('pending')]);
      await table('synced', 'shop target', [...text('target'), body]);
      await createTable(db, engine, 'kept', ['name'], text('name', 'sealed'));
    },
  },
});
