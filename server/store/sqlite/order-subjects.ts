import { type ConsentState, NOTHING_SAID, stateOf, strictest } from '../../../shared/consent.ts';
import type { Joined, ProtectedEvent } from '../../../shared/protected-event.ts';
import type { Evidence } from '../../orders/evidence.ts';
import { personSubject, subjectOf, tokenSubject, visitorSubject } from '../subject.ts';
import type { Consents } from './consents.ts';
import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';

/** What is known of an order or a checkout by proof. */
export interface Proven {
  /** Undefined: a checkout, which has no row of its own. */
  orderId: number | undefined;
  /** What browsers showed. */
  shown: readonly Evidence[];
  /** What trusted voices reported, and the report at hand. */
  reports: readonly ProtectedEvent[];
  tokens: readonly string[];
  names: readonly string[];
  /** What somebody said with a token counts if it was received by then, epoch ms. */
  untilMs: number;
}

/** Who belongs to an order or checkout, and what they chose where there is no record of it. */
export interface OrderSubjects {
  /** With those of the order's earlier stages; kept with the order. */
  join(shop: string, proven: Proven): Joined[];
}

export function createOrderSubjects({ connection }: OpenStore, consents: Consents): OrderSubjects {
  const known = prepare<{ subject: string; choice: ConsentState }>(
    connection,
    'SELECT subject, choice FROM order_subjects WHERE order_id = ?',
  );
  const put = prepare(
    connection,
    `INSERT INTO order_subjects (order_id, subject, choice) VALUES (?1, ?2, ?3)
     ON CONFLICT DO UPDATE SET choice = excluded.choice WHERE choice <> excluded.choice`,
  );

  /** A token shown later than an order's evidence may be proves nothing. */
  const ofTokens = (shop: string, { tokens, untilMs }: Proven): Joined[] =>
    tokens.map(tokenSubject).flatMap((subject): Joined[] => {
      const found = consents.find(shop, subject);
      return found && found.sinceMs <= untilMs ? [[subject, NOTHING_SAID]] : [];
    });
  const ofNames = (shop: string, { names }: Proven): Joined[] =>
    names
      .map((name) => subjectOf('o', name))
      .filter((subject) => consents.find(shop, subject))
      .map((subject) => [subject, NOTHING_SAID]);

  return {
    join(shop, proven) {
      const { orderId, shown, reports } = proven;
      const earlier = orderId === undefined ? [] : known.all(orderId);
      const all: Joined[] = [
        ...earlier.map(({ subject, choice }): Joined => [subject, choice]),
        ...shown.map(ofEvidence),
        ...reports.flatMap(ofReport),
        ...ofTokens(shop, proven),
        ...ofNames(shop, proven),
      ];
      const joined = [...Map.groupBy(all, ([subject]) => subject)].map(
        ([subject, group]): Joined => [subject, strictest(group.map(([, choice]) => choice))],
      );
      if (orderId !== undefined) for (const [subject, choice] of joined) put.run(orderId, subject, choice);
      return joined;
    },
  };
}

const ofEvidence = ({ subject, anonymousId, consent, assumed }: Evidence): Joined => [
  subject ?? visitorSubject(anonymousId),
  stateOf(consent, assumed),
];

/** Visitor and person that a report names (a snippet writes the anonymous id into the cart), and what a backend chose. */
function ofReport({ source, identity, consent, assumed }: ProtectedEvent): Joined[] {
  const choice = source === 'server' ? stateOf(consent, assumed) : NOTHING_SAID;
  const named = [visitorSubject(identity.anonymousId), personSubject(identity.userId)].filter(
    (subject) => subject !== '',
  );
  if (named.length === 0 && choice !== NOTHING_SAID) return [['', choice]];
  return named.map((subject) => [subject, choice]);
}
