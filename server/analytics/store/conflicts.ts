import { sql } from 'kysely';

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

/** 1 where nobody said anything of consent, else 0; no text within the body can look like it, quotes are escaped there. */
const isAssumed = (table: 'visitors' | 'excluded') =>
  sql`case when ${sql.ref(`${table}.body`)} like '%"isAssumed":true%' then 1 else 0 end`;
/** `latestSaid`, of a visitor who is there and the one that was to be put in their place: true for the latter. */
export const isLatestSaid = sql<boolean>`(${isAssumed('visitors')} > ${isAssumed('excluded')}
  or (${isAssumed('visitors')} = ${isAssumed('excluded')} and excluded.seen_at >= visitors.seen_at))`;
