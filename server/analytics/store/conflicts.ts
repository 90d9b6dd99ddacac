import { sql } from 'kysely';

/** `earliest` in SQL, of the stored row and the inserted one. */
export const earlierOf = (table: 'actions' | 'messages') => {
  const smaller = (column: 'at' | 'received_at') => {
    const [stored, inserted] = [sql.ref(`${table}.${column}`), sql.ref(`excluded.${column}`)];
    return sql<number>`case when ${inserted} < ${stored} then ${inserted} else ${stored} end`;
  };
  return { at: smaller('at'), received_at: smaller('received_at') };
};
/** True where `earlierOf` changes the stored row. */
export const isEarlier = (table: 'actions' | 'messages') =>
  sql<boolean>`(excluded.at < ${sql.ref(`${table}.at`)} or excluded.received_at < ${sql.ref(`${table}.received_at`)})`;

/** 1 where consent is assumed, else 0. Quotes within JSON text are escaped, so no value can look like the field. */
const isAssumed = (table: 'visitors' | 'excluded') =>
  sql`case when ${sql.ref(`${table}.body`)} like '%"isAssumed":true%' then 1 else 0 end`;
/** `latestSaid` in SQL: true where the inserted visitor wins over the stored one. */
export const isLatestSaid = sql<boolean>`(${isAssumed('visitors')} > ${isAssumed('excluded')}
  or (${isAssumed('visitors')} = ${isAssumed('excluded')} and excluded.seen_at >= visitors.seen_at))`;
