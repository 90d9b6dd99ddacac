import { type ConsentState, NOTHING_SAID, stateOf, strictest } from '../../../shared/consent.ts';
import type { Joined, ProtectedEvent } from '../../../shared/protected-event.ts';
import type { Evidence } from '../../orders/evidence.ts';
import { personSubject, subjectOf, tokenSubject, visitorSubject } from '../subject.ts';
import type { Consents } from './consents.ts';

/** What is known of an order or a checkout by proof. */
export interface Proven {
  /** Of the order's earlier stages. */
  earlier: readonly Joined[];
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
  find(shop: string, proven: Proven): Joined[];
  /** Orders and checkouts that are asked next. */
  readAhead(shop: string, proven: Pick<Proven, 'tokens' | 'names' | 'reports'>): void;
}

export function createOrderSubjects(consents: Consents): OrderSubjects {
  /** A token shown later than an order's evidence may be proves nothing. */
  const ofTokens = (shop: string, { tokens, untilMs }: Proven): Joined[] =>
    tokens.map(tokenSubject).flatMap((subject): Joined[] => {
      const found = consents.find(shop, subject);
      return found && found.sinceMs <= untilMs ? [[subject, NOTHING_SAID]] : [];
    });
  /** That of the order may have been typed by anybody. */
  const ofEmails = (shop: string, { reports }: Proven): Joined[] =>
    emailsOf(reports)
      .filter((subject) => consents.find(shop, subject))
      .map((subject) => [subject, '']);
  const ofNames = (shop: string, { names }: Proven): Joined[] =>
    names
      .map(nameSubject)
      .filter((subject) => consents.find(shop, subject))
      .map((subject) => [subject, NOTHING_SAID]);

  return {
    readAhead(shop, { tokens, names, reports }) {
      const subjects = [...tokens.map(tokenSubject), ...names.map(nameSubject), ...emailsOf(reports)];
      consents.readAhead(subjects.map((subject) => [shop, subject]));
    },
    find(shop, proven) {
      const { earlier, shown, reports } = proven;
      const all: Joined[] = [
        ...earlier,
        ...shown.map(ofEvidence),
        ...reports.flatMap(ofReport),
        ...ofTokens(shop, proven),
        ...ofEmails(shop, proven),
        ...ofNames(shop, proven),
      ];
      return [...Map.groupBy(all, ([subject]) => subject)].map(
        ([subject, group]): Joined => [subject, together(group.map(([, choice]) => choice))],
      );
    },
  };
}

const nameSubject = (name: string) => subjectOf('o', name);
const emailsOf = (reports: readonly ProtectedEvent[]): string[] =>
  reports.flatMap(({ identity, account }) => [identity.emailSha256, account?.emailSha256].map(personSubject));

const together = (choices: readonly ConsentState[]): ConsentState =>
  choices.every((choice) => choice === '') ? '' : strictest(choices);

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
