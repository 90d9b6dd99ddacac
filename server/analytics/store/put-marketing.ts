import type { Facts } from '../facts.ts';
import { earlierOf, isEarlier } from './conflicts.ts';
import { columnsOf, flowTarget, marketingTarget } from './dirty-targets.ts';
import type { Touched } from './needs-attribution.ts';
import type { Pseudonym } from './pseudonym.ts';
import { forParts } from './rows.ts';
import type { Db } from './tables.ts';
import { earliest, firstReceived, uniqueBy } from './unique.ts';

/** @returns people with a new touch, and when it was. */
export async function putTouches(db: Db, shop: string, touches: Facts['touches']): Promise<Touched[]> {
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
  const written = await forParts(rows, (part) =>
    db
      .insertInto('touches')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .returning(['person', 'at'])
      .execute(),
  );
  return written.map(({ person, at }) => ({ person, at: Number(at) }));
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
    db
      .insertInto('visits')
      .values(part)
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
    db
      .insertInto('members')
      .values(part)
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
    db
      .insertInto('messages')
      .values(part)
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
