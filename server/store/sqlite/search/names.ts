import { EVENT_NAMES } from '../../../../shared/names.ts';
import { type Connection, prepare } from '../prepare.ts';

/** What most events are called has figures of its own; of other names this many of each shop, the first ones. */
const MAX_COUNTED = 100;
const COMMERCE: ReadonlySet<string> = new Set(EVENT_NAMES);

export interface Label {
  id: number;
  /** What its figures are called. */
  counted: string;
}

/** Numbers that stand for shops, names, reasons and series in the index. */
export interface Names {
  shop(name: string): number;
  /** Undefined for a shop without events. */
  knownShop(name: string): number | undefined;
  shops(): { id: number; name: string }[];
  label(shop: string, type: string, name: string): Label;
  /** Every label with this type and name, where they are given; of one shop or of all. */
  labels(wanted: {
    shop?: number | undefined;
    type?: string | undefined;
    name?: string | undefined;
  }): number[];
  reason(name: string): number;
  knownReason(name: string): number | undefined;
  reasonOf(id: number): string;
  series(kind: string, owner: string, detail: string): number;
  /** After a rollback: what is in memory may not be in the file. */
  forget(): void;
}

export function createNames(connection: Connection): Names {
  const memory = {
    shops: new Map<string, number>(),
    labels: new Map<string, Label>(),
    reasons: new Map<string, number>(),
    reasonNames: new Map<number, string>(),
    series: new Map<string, number>(),
  };
  const findShop = prepare<{ id: number }>(connection, 'SELECT id FROM shops WHERE name = ?');
  const addShop = prepare<{ id: number }>(connection, 'INSERT INTO shops (name) VALUES (?) RETURNING id');
  const allShops = prepare<{ id: number; name: string }>(
    connection,
    'SELECT id, name FROM shops ORDER BY id',
  );
  const findLabel = prepare<{ id: number; isCounted: number }>(
    connection,
    'SELECT id, is_counted AS isCounted FROM labels WHERE shop = ? AND type = ? AND name = ?',
  );
  const addLabel = prepare(
    connection,
    `INSERT INTO labels (shop, type, name, is_counted)
     VALUES (?1, ?2, ?3, CASE WHEN ?4 = 1 OR (SELECT count(*) FROM labels WHERE shop = ?1 AND is_counted = 1) < ?5 THEN 1 ELSE 0 END)`,
  );
  const matching = prepare<{ id: number }>(
    connection,
    `SELECT id FROM labels
     WHERE (CAST(?1 AS BIGINT) IS NULL OR shop = ?1) AND (CAST(?2 AS TEXT) IS NULL OR type = ?2)
       AND (CAST(?3 AS TEXT) IS NULL OR name = ?3)`,
  );
  const findReason = prepare<{ id: number }>(connection, 'SELECT id FROM reasons WHERE name = ?');
  const addReason = prepare<{ id: number }>(connection, 'INSERT INTO reasons (name) VALUES (?) RETURNING id');
  const reasonName = prepare<{ name: string }>(connection, 'SELECT name FROM reasons WHERE id = ?');
  const findSeries = prepare<{ id: number }>(
    connection,
    'SELECT id FROM series WHERE kind = ? AND owner = ? AND detail = ?',
  );
  const addSeries = prepare<{ id: number }>(
    connection,
    'INSERT INTO series (kind, owner, detail) VALUES (?, ?, ?) RETURNING id',
  );

  function known<Key, Value>(found: Map<Key, Value>, key: Key, read: () => Value): Value {
    const before = found.get(key);
    if (before !== undefined) return before;
    const value = read();
    // A sender can invent names without end.
    if (found.size > 10_000) found.clear();
    found.set(key, value);
    return value;
  }
  const shop = (name: string) =>
    known(memory.shops, name, () => findShop.get(name)?.id ?? addShop.get(name)?.id ?? 0);

  function readLabel(shopName: string, type: string, name: string): Label {
    const owner = shop(shopName);
    const isCommon = type !== 'track' || COMMERCE.has(name);
    let found = findLabel.get(owner, type, name);
    if (!found) {
      addLabel.run(owner, type, name, Number(isCommon), MAX_COUNTED);
      found = findLabel.get(owner, type, name);
    }
    return { id: found?.id ?? 0, counted: found?.isCounted ? (type === 'track' ? name : type) : 'other' };
  }

  return {
    shop,
    knownShop: (name) => memory.shops.get(name) ?? findShop.get(name)?.id,
    shops: () => allShops.all(),
    label: (shopName, type, name) =>
      known(memory.labels, `${shopName}\0${type}\0${name}`, () => readLabel(shopName, type, name)),
    labels: (wanted) =>
      matching.all(wanted.shop ?? null, wanted.type ?? null, wanted.name ?? null).map(({ id }) => id),
    reason: (name) =>
      known(memory.reasons, name, () => findReason.get(name)?.id ?? addReason.get(name)?.id ?? 0),
    knownReason: (name) => memory.reasons.get(name) ?? findReason.get(name)?.id,
    reasonOf: (id) => known(memory.reasonNames, id, () => reasonName.get(id)?.name ?? ''),
    series: (kind, owner, detail) =>
      known(
        memory.series,
        `${kind}\0${owner}\0${detail}`,
        () => findSeries.get(kind, owner, detail)?.id ?? addSeries.get(kind, owner, detail)?.id ?? 0,
      ),
    forget() {
      for (const found of Object.values(memory)) found.clear();
    },
  };
}
