import { isHardToGuess } from '../../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { isTrusted } from '../../orders/precedence.ts';
import { claimsOf, type Person } from '../../privacy/person.ts';
import type { PersonQuery } from '../person.ts';
import { CHUNK } from './chunks.ts';
import { createFindOrders, type FoundOrders, type StoreTables } from './find-orders.ts';
import type { PersonRow, PersonRows, PersonTable } from './person-rows.ts';
import { type Concerned, claims, createPersonScan, type PersonScan } from './person-scan.ts';
import { tryRead } from './stored-event.ts';
import { prepareTexts } from './stored-text.ts';

/** Everything in the store that concerns a person. */
export interface FoundPerson extends FoundOrders {
  /** With the browsers that are theirs alone. */
  person: Person;
  events: Concerned[];
  evidence: Concerned[];
  userIds: string[];
  /** Linked by what browsers claim alone: user ids of others, and browsers that also claim to be somebody else. */
  claimed: { userIds: string[]; browsers: string[] };
}

/** Whom a row of the store is about, and how the rows of their browsers are told apart: one rule, wherever it looks. */
export function createFindPerson(store: StoreTables, personRows: PersonRows) {
  const findOrders = createFindOrders(store, personRows);
  const row = (table: PersonTable, key: string) =>
    prepareTexts<PersonRow>(
      store.connection,
      `SELECT ${key} AS id, packed, body FROM ${store.schema}.${table} WHERE ${key} = ? AND +shop = ?`,
    );
  const rowOf = { events: row('events', 'seq'), evidence: row('evidence', 'id') };

  function* scan(table: PersonTable, shop: string, person: Person): Generator<undefined, PersonScan> {
    const found = createPersonScan(person);
    for (const rows of personRows.pages(table, shop, person)) {
      for (const { id, body } of rows) found.read(id, body);
      yield;
    }
    return found;
  }

  /** Reads the rows of these browsers: adds to `shared` those that are not the person's alone. */
  function* readBrowsers(
    table: PersonTable,
    shop: string,
    found: PersonScan,
    person: Person,
    browsers: ReadonlySet<string>,
    shared: Set<string>,
  ): Generator<undefined, Map<string, number[]>> {
    const rowsBy = new Map([...browsers].map((browser) => [browser, [] as number[]]));
    const ids = new Set([...found.rowsOf(browsers), ...personRows.ofBrowsers(table, shop, browsers)]);
    for (const [index, id] of [...ids].entries()) {
      const event = tryRead(rowOf[table].get(id, shop)?.body ?? '');
      const browser = event?.identity.anonymousId ?? '';
      rowsBy.get(browser)?.push(id);
      if (event && browsers.has(browser) && isOfAnother(event, browser, person)) shared.add(browser);
      if (index % CHUNK === CHUNK - 1) yield;
    }
    return rowsBy;
  }

  return function* findPerson(
    shop: string,
    {
      ids,
      browsers: named = [],
      candidates: known = [],
      shared: others = [],
      orders: names = [],
    }: PersonQuery,
  ): Generator<undefined, FoundPerson> {
    const asked: Person = { ids: new Set(ids), browsers: new Set([...ids, ...named]) };
    const events = yield* scan('events', shop, asked);
    const evidence = yield* scan('evidence', shop, asked);
    const candidates = new Set([...events.candidates, ...evidence.candidates, ...known]);
    for (const browser of asked.browsers) candidates.delete(browser);
    const shared = new Set(others.filter((browser) => !asked.browsers.has(browser)));
    const rows = {
      events: yield* readBrowsers('events', shop, events, asked, candidates, shared),
      evidence: yield* readBrowsers('evidence', shop, evidence, asked, candidates, shared),
    };
    const theirs = [...candidates].filter((browser) => !shared.has(browser));
    const person = { ids: asked.ids, browsers: new Set([...asked.browsers, ...theirs]) };
    const all = (scanned: PersonScan, name: PersonTable): Concerned[] => {
      const relations = new Map(scanned.concerned.map(({ id, relation }) => [id, relation]));
      for (const browser of theirs) for (const id of rows[name].get(browser) ?? []) relations.set(id, 'own');
      return [...relations].map(([id, relation]) => ({ id, relation }));
    };
    const orders = yield* findOrders(shop, person, names);
    return {
      person,
      ...orders,
      events: all(events, 'events'),
      evidence: all(evidence, 'evidence'),
      userIds: [...new Set([...events.userIds, ...evidence.userIds, ...orders.userIds])],
      claimed: {
        userIds: [...new Set([...events.claimedUserIds, ...evidence.claimedUserIds])],
        browsers: [...shared],
      },
    };
  };
}
/** It says to be somebody else's, or a trusted voice's own under an id that anybody may claim to be. */
const isOfAnother = (event: ProtectedEvent, browser: string, person: Person): boolean =>
  !claims(event, person) &&
  (claimsOf(event).length > 0 || (isTrusted(event.source) && !isHardToGuess(browser)));
export type FindPerson = ReturnType<typeof createFindPerson>;
