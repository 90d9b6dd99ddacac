import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export type Engine = 'sqlite' | 'postgres';

type Column = readonly [name: string, type: 'text' | 'bigint', isNullable?: 'null'];

/** Texts compare by their bytes, as on SQLite. */
const typeOn = (engine: Engine, type: Column[1]) => {
  if (type === 'text') return engine === 'sqlite' ? type : sql`text collate "C"`;
  return engine === 'sqlite' ? 'integer' : type;
};

/** @param engine SQLite stores a table in the order of its key only `without rowid`. */
async function createTable(
  db: Kysely<unknown>,
  engine: Engine,
  name: string,
  key: readonly string[],
  columns: readonly Column[],
): Promise<void> {
  let table = db.schema.createTable(name);
  for (const [column, type, isNullable] of columns)
    table = table.addColumn(column, typeOn(engine, type), (definition) =>
      isNullable ? definition : definition.notNull(),
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

/** A migration of SQLite is no part of the transaction that records it, so it may have run already. */
const hasTable = async (db: Kysely<unknown>, wanted: string) =>
  (await db.introspection.getTables()).some(({ name }) => name === wanted);

/** In order; each runs once. A database with migrations that this program does not know is refused. */
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
  '0002-plain-names': {
    async up(db: Kysely<unknown>) {
      if (engine === 'postgres') return renameTables(db);
      if (!(await hasTable(db, 'order_reports'))) await db.transaction().execute(renameTables);
    },
  },
  '0003-voices': {
    async up(db: Kysely<unknown>) {
      if (engine === 'postgres') return addVoices(db, engine);
      if (await hasTable(db, 'order_events'))
        await db.transaction().execute((transaction) => addVoices(transaction, engine));
    },
  },
});

/**
 * What a voice proves is told from what a browser claims. The store has the events of orders by now: it is migrated
 * before the statistics are opened.
 */
async function addVoices(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { schema } = db;
  for (const [table, column] of [
    ['links', 'proven'],
    ['touches', 'claimed'],
  ] as const)
    await schema
      .alterTable(table)
      .addColumn(column, typeOn(engine, 'bigint'), (definition) => definition.notNull().defaultTo(0))
      .execute();
  await sql`update touches set claimed = 1
    where kind = 'landing' and (person like 'u:%' or person like 'e:%')`.execute(db);
  await schema.alterTable('visitors').dropColumn('body').execute();
  await schema.dropTable('order_events').execute();
}

/** Indexes are named after their columns, so those of renamed columns are created again. */
async function renameTables(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  for (const [from, to] of [
    ['sightings', 'order_reports'],
    ['reports', 'order_events'],
    ['changed', 'targets'],
    ['kept', 'settings'],
  ] as const)
    await schema.alterTable(from).renameTo(to).execute();
  for (const [table, from, to] of [
    ['order_reports', 'root', 'canonical_id'],
    ['order_names', 'root', 'canonical_id'],
    ['order_events', 'name', 'canonical_id'],
    ['orders', 'root', 'canonical_id'],
    ['orders', 'stale', 'needs_attribution'],
    ['orders', 'credit_fixed', 'credit_frozen'],
    ['actions', 'stale', 'needs_attribution'],
  ] as const)
    await schema.alterTable(table).renameColumn(from, to).execute();
  for (const name of ['sightings_by_root', 'order_names_by_root', 'orders_by_stale', 'actions_by_stale'])
    await schema.dropIndex(name).execute();
  await index(db, 'order_reports', 'shop', 'canonical_id');
  await index(db, 'order_names', 'shop', 'canonical_id');
  await index(db, 'orders', 'shop', 'needs_attribution');
  await index(db, 'actions', 'shop', 'needs_attribution');
  await sql`update order_events set source = 'frozen' where source = 'fixed'`.execute(db);
}
