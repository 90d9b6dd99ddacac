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

export const firstReceived = <Row extends { received_at: number }>(a: Row, b: Row): Row =>
  a.received_at <= b.received_at ? a : b;

/** What somebody said goes before what was assumed of them, then the later. */
export const latestSaid = <Seen extends { seenAt: string; isAssumed?: true }>(a: Seen, b: Seen): Seen => {
  if (!a.isAssumed !== !b.isAssumed) return a.isAssumed ? b : a;
  return a.seenAt <= b.seenAt ? b : a;
};
