import type { Facts } from '../facts.ts';
import { landingsInBound } from './bounds.ts';
import { earlierOf, isEarlier } from './conflicts.ts';
import { columnsOf, flowTarget, marketingTarget } from './dirty-targets.ts';
import type { Touched } from './needs-attribution.ts';
import type { Pseudonym } from './pseudonym.ts';
import { forParts, insertRows } from './rows.ts';
import type { Db } from './tables.ts';
import { earliest, firstReceived, uniqueBy } from './unique.ts';

/** @returns people with a new touch, and when it was; and how many landings are too many of one of their people. */
export async function putTouches(
  db: Db,
  shop: string,
  touches: Facts['touches'],
): Promise<{ touched: Touched[]; leftOut: number }> {
  const rows = touches.flatMap((touch) =>
    [...new Set(touch.people)].map((person) => ({
      shop,
      person,
      at: touch.atMs,
      id: touch.id,
      kind: touch.kind,
      claimed: Number(touch.claimed.includes(person)),
      ...columnsOf(touch),
      received_at: touch.receivedAtMs,
    })),
  );
  const landings = rows.filter(({ kind }) => kind === 'landing');
  const inBound = await landingsInBound(db, shop, landings);
  const isInBound = new Set(inBound);
  const counted = rows.filter((row) => row.kind !== 'landing' || isInBound.has(row));
  const written = await forParts(counted, (part) =>
    insertRows(db, 'touches', part)
      .onConflict((conflict) => conflict.doNothing())
      .returning(['person', 'at'])
      .execute(),
  );
  const leftOut = new Set(landings.filter((row) => !isInBound.has(row)).map(({ id }) => id));
  return {
    touched: written.map(({ person, at }) => ({ person, at: Number(at) })),
    leftOut: leftOut.size,
  };
}

export async function putVisits(
  db: Db,
  shop: string,
  visits: Facts['visits'],
  pseudonym: Pseudonym,
): Promise<void> {
  const rows = visits.map(({ id, marketingEventId, visitor, country, atMs, receivedAtMs }) => ({
    shop,
    id,
    marketing_event: marketingEventId,
    person: visitor,
    country: country ?? null,
    at: atMs,
    received_at: receivedAtMs,
  }));
  await forParts(rows, (part) =>
    insertRows(db, 'visits', part)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  await putMembers(
    db,
    shop,
    visits.map(({ marketingEventId, visitor, receivedAtMs }) => ({
      target: marketingTarget(marketingEventId),
      kind: 'visitor',
      member: pseudonym(visitor),
      person: null,
      receivedAtMs,
    })),
  );
}

async function putMembers(
  db: Db,
  shop: string,
  members: readonly {
    target: string;
    kind: string;
    member: string;
    person: string | null;
    receivedAtMs: number;
  }[],
): Promise<void> {
  const rows = uniqueBy(
    members.map(({ receivedAtMs, ...member }) => ({ shop, ...member, received_at: receivedAtMs })),
    ({ target, kind, member }) => `${target}\n${kind}\n${member}`,
    firstReceived,
  );
  await forParts(rows, (part) =>
    insertRows(db, 'members', part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'target', 'kind', 'member'])
          .doUpdateSet((eb) => ({ received_at: eb.ref('excluded.received_at') }))
          .whereRef('excluded.received_at', '<', 'members.received_at'),
      )
      .execute(),
  );
}

export async function putMessages(
  db: Db,
  shop: string,
  messages: Facts['messages'],
  pseudonym: Pseudonym,
): Promise<void> {
  const rows = uniqueBy(
    messages.map((message) => ({
      shop,
      delivery: message.deliveryId,
      metric: message.metric,
      at: message.atMs,
      ...columnsOf(message),
      person: message.person ?? null,
      received_at: message.receivedAtMs,
    })),
    ({ delivery, metric }) => `${delivery}\n${metric}`,
    earliest,
  );
  await forParts(rows, (part) =>
    insertRows(db, 'messages', part)
      .onConflict((conflict) =>
        conflict
          .columns(['shop', 'delivery', 'metric'])
          .doUpdateSet(earlierOf('messages'))
          .where(isEarlier('messages')),
      )
      .execute(),
  );
  await putMembers(
    db,
    shop,
    messages.flatMap(({ flowId, journeyId, person = null, receivedAtMs }) =>
      flowId === undefined || journeyId === undefined
        ? []
        : [
            {
              target: flowTarget(flowId),
              kind: 'journey',
              member: pseudonym(journeyId),
              person,
              receivedAtMs,
            },
          ],
    ),
  );
}
