/** One row for each key, joined from all rows of that key: PostgreSQL refuses a statement that upserts a row twice. */
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

/** The earliest time of either row, and the earliest time either was received. */
export const earliest = <Row extends { at: number; received_at: number }>(a: Row, b: Row): Row => ({
  ...a,
  at: Math.min(a.at, b.at),
  received_at: Math.min(a.received_at, b.received_at),
});

export const firstReceived = <Row extends { received_at: number }>(a: Row, b: Row): Row =>
  a.received_at <= b.received_at ? a : b;

export const firstLinked = <Row extends { received_at: number; proven: number }>(a: Row, b: Row): Row => ({
  ...firstReceived(a, b),
  proven: Math.max(a.proven, b.proven),
});

export const latestSeen = <Seen extends { seenAtMs: number }>(a: Seen, b: Seen): Seen =>
  a.seenAtMs <= b.seenAtMs ? b : a;
