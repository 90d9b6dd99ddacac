import { sql } from 'kysely';

/** One row for each key, made of all of them: a row twice in one statement is more than PostgreSQL allows. */
export function uniqueBy<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  join: (a: Row, b: Row) => Row,
): Row[] {
  const unique = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = unique.get(key);
    unique.set(key, known ? join(known, row) : row);
  }
  return [...unique.values()];
}

/** Happened when it is first said to have happened, and known since the first who said it. */
export const earliest = <Row extends { at: number; received_at: number }>(a: Row, b: Row): Row => ({
  ...a,
  at: Math.min(a.at, b.at),
  received_at: Math.min(a.received_at, b.received_at),
});

export const firstTold = <Row extends { received_at: number }>(a: Row, b: Row): Row =>
  a.received_at <= b.received_at ? a : b;

/** `earliest`, of a row that is there and the one that was to be put in its place. */
export const earlierOf = (table: 'actions' | 'messages') => {
  const smaller = (column: 'at' | 'received_at') => {
    const [known, put] = [sql.ref(`${table}.${column}`), sql.ref(`excluded.${column}`)];
    return sql<number>`case when ${put} < ${known} then ${put} else ${known} end`;
  };
  return { at: smaller('at'), received_at: smaller('received_at') };
};
/** True where that changes anything. */
export const isEarlier = (table: 'actions' | 'messages') =>
  sql<boolean>`(excluded.at < ${sql.ref(`${table}.at`)} or excluded.received_at < ${sql.ref(`${table}.received_at`)})`;

/** What somebody said goes before what was assumed of them, then the later. */
export const latestSaid = <Seen extends { seenAt: string; isAssumed?: true }>(a: Seen, b: Seen): Seen => {
  if (!a.isAssumed !== !b.isAssumed) return a.isAssumed ? b : a;
  return a.seenAt <= b.seenAt ? b : a;
};
