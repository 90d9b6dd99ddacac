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

/** `firstLinked` in SQL: the earlier receipt of the two, and proven when either is. */
export const linkedOf = {
  received_at: sql<number>`case when excluded.received_at < links.received_at then excluded.received_at else links.received_at end`,
  proven: sql<number>`case when excluded.proven > links.proven then excluded.proven else links.proven end`,
};
/** True where `linkedOf` changes the stored row. */
export const isLinkedAnew = sql<boolean>`(excluded.received_at < links.received_at or excluded.proven > links.proven)`;
