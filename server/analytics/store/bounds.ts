import { isProven, isToken } from './needs-attribution.ts';
import { forParts, isAmong } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * What one sender can make to be credited again and again is bounded. Of each group the first rows by arrival count, so
 * that counting the log again finds the same ones.
 */

/** Of one id and one UTC day of receipt, of landings and of carts with checkouts each: a visitor has tens. */
const MOST_A_DAY = 100;
/** Of one checkout: the ids of a few devices. */
const MOST_PEOPLE = 30;
/**
 * Of one id and one UTC day of receipt, pairs that are claimed: with people, and with tokens. More than of an id whose
 * links are followed.
 */
const MOST_LINKS_A_DAY = 250;
const DAY_MS = 86_400_000;

interface LandingRow {
  person: string;
  claimed: number;
  at: number;
  id: string;
  received_at: number;
}

/** `received_at`: of the action as it is stored, by its first report. */
interface PersonOfAction {
  person: string;
  thing: string;
  received_at: number;
}

interface LinkRow {
  one: string;
  other: string;
  proven: number;
  received_at: number;
}
const turned = ({ one, other, ...row }: LinkRow): LinkRow => ({ ...row, one: other, other: one });

const dayOf = (row: { received_at: number }) => Math.floor(Number(row.received_at) / DAY_MS);

/** The landings that count for credit. What a browser only claims takes no place of what it is not. */
export async function landingsInBound<Row extends LandingRow>(
  db: Db,
  shop: string,
  rows: readonly Row[],
): Promise<Row[]> {
  const stored = await forParts(peopleOf(rows), (part) =>
    db
      .selectFrom('touches')
      .select(['person', 'claimed', 'at', 'id', 'received_at'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'person', part))
      .where('kind', '=', 'landing')
      .where((eb) => eb.between('received_at', ...daysOf(rows)))
      .execute(),
  );
  return firstOf(
    rows,
    stored,
    (row) => `${row.person}\n${row.claimed}\n${dayOf(row)}`,
    ({ at, id }) => `${at}\n${id}`,
    MOST_A_DAY,
  );
}

/** Which carts and checkouts are found by which id. */
export async function peopleInBound<Row extends PersonOfAction>(
  db: Db,
  shop: string,
  rows: readonly Row[],
): Promise<Row[]> {
  const stored = await forParts(peopleOf(rows), (part) =>
    db
      .selectFrom('people')
      .innerJoin('actions', (join) =>
        join.onRef('actions.shop', '=', 'people.shop').onRef('actions.id', '=', 'people.thing'),
      )
      .select(['people.person', 'people.thing', 'actions.received_at'])
      .where('people.shop', '=', shop)
      .where(isAmong(db, 'people.person', part))
      .where((eb) => eb.between('actions.received_at', ...daysOf(rows)))
      .execute(),
  );
  const byPerson = firstOf(
    rows,
    stored,
    (row) => `${row.person}\n${dayOf(row)}`,
    ({ thing }) => thing,
    MOST_A_DAY,
  );
  const checkouts = byPerson.filter(({ thing }) => thing.startsWith('checkout'));
  const known = await forParts([...new Set(checkouts.map(({ thing }) => thing))], (part) =>
    db
      .selectFrom('people')
      .select(['person', 'thing'])
      .where('shop', '=', shop)
      .where(isAmong(db, 'thing', part))
      .execute(),
  );
  return firstOf(
    byPerson,
    known,
    ({ thing }) => thing,
    ({ person }) => person,
    MOST_PEOPLE,
  );
}

/** The pairs that are stored; what is proven has no bound. */
export async function linksInBound<Row extends LinkRow>(
  db: Db,
  shop: string,
  rows: readonly Row[],
): Promise<Row[]> {
  const claimed = rows.filter((row) => !isProven(row));
  const ids = [...new Set(claimed.flatMap(({ one, other }) => [one, other]))];
  const stored: LinkRow[] = [];
  for (const side of ['one', 'other'] as const)
    stored.push(
      ...(await forParts(ids, (part) =>
        db
          .selectFrom('links')
          .select(['one', 'other', 'proven', 'received_at'])
          .where('shop', '=', shop)
          .where(isAmong(db, side, part))
          .where('proven', '=', 0)
          .where((eb) => eb.between('received_at', ...daysOf(claimed)))
          .execute(),
      )),
    );
  const within = (some: readonly Row[], near: 'one' | 'other', far: 'one' | 'other') =>
    firstOf<LinkRow, Row>(
      some,
      [...stored, ...stored.map(turned)],
      (row) => `${row[near]}\n${isToken(row[far])}\n${dayOf(row)}`,
      (row) => row[far],
      MOST_LINKS_A_DAY,
    );
  const inBound = new Set(within(within(claimed, 'one', 'other'), 'other', 'one'));
  return rows.filter((row) => isProven(row) || inBound.has(row));
}

/**
 * The rows that are stored already, and of each group as many others as there is room for.
 *
 * @param keyOf tells the rows of one group apart.
 */
function firstOf<Stored, Row extends Stored>(
  rows: readonly Row[],
  stored: readonly Stored[],
  groupOf: (row: Stored) => string,
  keyOf: (row: Stored) => string,
  most: number,
): Row[] {
  const groups = new Map<string, Set<string>>();
  const add = (row: Stored) => {
    const group = groupOf(row);
    const keys = groups.get(group) ?? new Set();
    groups.set(group, keys.add(keyOf(row)));
  };
  for (const row of stored) add(row);
  return rows.filter((row) => {
    const keys = groups.get(groupOf(row));
    if (keys?.has(keyOf(row))) return true;
    if ((keys?.size ?? 0) >= most) return false;
    add(row);
    return true;
  });
}

const peopleOf = (rows: readonly { person: string }[]) => [...new Set(rows.map(({ person }) => person))];

/** The first and last moment of the days on which these were received. */
function daysOf(rows: readonly { received_at: number }[]): [number, number] {
  const days = rows.map(dayOf);
  const [first, last] = [
    days.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    days.reduce((a, b) => Math.max(a, b), 0),
  ];
  return [first * DAY_MS, (last + 1) * DAY_MS - 1];
}
