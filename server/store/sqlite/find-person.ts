import { isHardToGuess } from '../../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { isTrusted } from '../../orders/precedence.ts';
import { claimsOf, type Person } from '../../privacy/person.ts';
import type { PersonQuery } from '../person.ts';
import { CHUNK, pages } from './chunks.ts';
import type { FindOrders, FoundOrders } from './find-orders.ts';
import type { OpenStore } from './open-store.ts';
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

interface Row {
  id: number;
  body: string;
}

/** Rows read in one step: few milliseconds, in which nothing else is stored. */
const STEP = 1_000;

/** Events and evidence are read once each, with the whole set of ids. */
const TABLES = {
  events: 'SELECT seq AS id, packed, body FROM events WHERE shop = ? AND seq > ? ORDER BY seq LIMIT ?',
  evidence: 'SELECT id, packed, body FROM evidence WHERE +shop = ? AND id > ? ORDER BY id LIMIT ?',
};
const ROWS = {
  events: 'SELECT seq AS id, packed, body FROM events WHERE seq = ?',
  evidence: 'SELECT id, packed, body FROM evidence WHERE id = ?',
};
type Table = keyof typeof TABLES;

export function createFindPerson({ connection }: OpenStore, findOrders: FindOrders) {
  const table = (name: Table) => ({
    page: prepareTexts<Row>(connection, TABLES[name]),
    row: prepareTexts<Row>(connection, ROWS[name]),
  });
  const tables = { events: table('events'), evidence: table('evidence') };

  function* scan(name: Table, shop: string, person: Person): Generator<undefined, PersonScan> {
    const found = createPersonScan(person);
    for (const rows of pages((after) => tables[name].page.all(shop, after, STEP))) {
      for (const { id, body } of rows) found.read(id, body);
      yield;
    }
    return found;
  }

  /** Reads the rows of these browsers: adds to `shared` those that are not the person's alone. */
  function* readBrowsers(
    name: Table,
    found: PersonScan,
    person: Person,
    browsers: ReadonlySet<string>,
    shared: Set<string>,
  ): Generator<undefined, Map<string, number[]>> {
    const rowsBy = new Map([...browsers].map((browser) => [browser, [] as number[]]));
    for (const [index, id] of found.rowsOf(browsers).entries()) {
      const event = tryRead(tables[name].row.get(id)?.body ?? '');
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
      events: yield* readBrowsers('events', events, asked, candidates, shared),
      evidence: yield* readBrowsers('evidence', evidence, asked, candidates, shared),
    };
    const theirs = [...candidates].filter((browser) => !shared.has(browser));
    const person = { ids: asked.ids, browsers: new Set([...asked.browsers, ...theirs]) };
    const all = (scanned: PersonScan, name: Table): Concerned[] => {
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
