import { type ConsentState, NOTHING_SAID, orElse, strictest } from '../../../shared/consent.ts';
import type { Joined, ProtectedEvent } from '../../../shared/protected-event.ts';
import { isTrusted } from '../../orders/precedence.ts';
import type { Recorded } from '../../privacy/effective-consent.ts';
import { personSubject, visitorSubject } from '../subject.ts';
import type { ShopKey } from './ahead.ts';
import type { Consents } from './consents.ts';
import { tryRead } from './stored-event.ts';

/** What of a leased row decides which records apply, as it was read. */
export interface RowSubjects {
  shop: string;
  receivedAtMs: number;
  /** Subjects; '' or null: there is no record of it. Visitor null: the row of an earlier version. */
  visitor: string | null;
  person: string | null;
  /** The state of the visitor's record and of the person's, one after the other; null: there is neither. */
  said: string | null;
  /** 1: that a record of them is needed was written a day before the event or earlier. */
  isStale: number;
  compose: number;
  body: string;
}

/**
 * What crosses to the caller of a lease is text, the cheapest to clone: `Recorded`, the state of the visitors, then of the
 * person. Where these are others than the event names, their subjects follow, each after a comma.
 */
export function readConsent(consent: string): { recorded: Recorded; subjects: string[] | undefined } {
  const recorded = { visitors: consent.slice(0, 3), person: consent.slice(3, 6) };
  return { recorded, subjects: consent.length > 6 ? consent.slice(7).split(',') : undefined };
}

const DAY_MS = 86_400_000;

/** The first of this name in a stored event; none in the text of a value, where quotes are escaped. */
const TIMESTAMP = '"timestamp":"';
const ISO_LENGTH = 24;

/**
 * The consent record of leased rows, as of now. Statistics get it as it was when the event happened: in whatever order
 * messages arrive, they count the same, and again when they are rebuilt.
 */
export function createRecorded(consents: Consents) {
  function stateOf(
    { shop, receivedAtMs, body }: RowSubjects,
    subject: string,
    isPast: boolean,
  ): ConsentState {
    if (isPast) return subject === '' ? NOTHING_SAID : consents.stateAt(shop, subject, happenedAtMs(body));
    const found = consents.find(shop, subject);
    if (!found) return NOTHING_SAID;
    consents.use(shop, subject, found, receivedAtMs);
    return found.state;
  }

  /** Those whose records decide about what is composed, which names its visitors itself. */
  function subjectsOf({ identity, joined = [], source }: ProtectedEvent) {
    const { anonymousId, userId, emailSha256 } = identity;
    const person = personSubject(userId ?? (source === 'server' ? emailSha256 : undefined));
    return { visitor: visitorSubject(anonymousId), person, email: personSubject(emailSha256), joined };
  }

  /** Of a person only what a trusted voice said. */
  function ofBody(row: RowSubjects, isPast: boolean, event = tryRead(row.body)): string | null {
    if (!event) return null;
    const { visitor, person, email, joined } = subjectsOf(event);
    const found = new Map<string, ConsentState>();
    const look = (subject: string) => {
      const state = found.get(subject) ?? stateOf(row, subject, isPast);
      found.set(subject, state);
      return state;
    };
    const states = [
      look(visitor),
      ...joined.map(([subject, choice]: Joined) => {
        const said = look(subject);
        return choice === '' ? noOf(said) : orElse(said, choice);
      }),
    ];
    const ofPerson = look(person);
    // A no to the email may have been said since the order was composed.
    const personState = strictest([isTrusted(event.source) ? ofPerson : noOf(ofPerson), noOf(look(email))]);
    const subjects = [visitor, person, email, ...joined.map(([subject]) => subject)];
    return [strictest(states) + personState, ...subjects].join(',');
  }

  const isOfBody = ({ compose, visitor }: RowSubjects) => compose > 0 || visitor === null;
  const isSettled = ({ said, isStale }: RowSubjects, isPast: boolean) =>
    said === null || !(isPast || isStale);

  return {
    /** @returns null: nothing is recorded. `composed`: the event, where its body was composed just now. */
    of(row: RowSubjects, isPast: boolean, composed?: ProtectedEvent): string | null {
      const { visitor, person, said } = row;
      if (isOfBody(row)) return ofBody(row, isPast, composed);
      if (isSettled(row, isPast)) return said;
      return stateOf(row, visitor ?? '', isPast) + stateOf(row, person ?? '', isPast);
    },
    /** Rows that are asked next, each with the event, where its body was composed just now. */
    readAhead(rows: readonly { row: RowSubjects; composed?: ProtectedEvent | undefined }[], isPast: boolean) {
      consents.readAhead(
        rows.flatMap(({ row, composed }): ShopKey[] => {
          const subjects = isOfBody(row) ? namedBy(composed ?? tryRead(row.body)) : ofRow(row, isPast);
          return subjects.map((subject) => [row.shop, subject]);
        }),
      );
    },
  };

  function namedBy(event: ProtectedEvent | undefined): string[] {
    if (!event) return [];
    const { visitor, person, email, joined } = subjectsOf(event);
    return [visitor, person, email, ...joined.map(([subject]) => subject)];
  }
  function ofRow(row: RowSubjects, isPast: boolean): string[] {
    return isSettled(row, isPast) ? [] : [row.visitor ?? '', row.person ?? ''];
  }
}

const noOf = (state: ConsentState): ConsentState => state.replaceAll('g', '-');

export type RecordedRows = ReturnType<typeof createRecorded>;

/** When a stored event happened, epoch ms, without reading all of it. */
function happenedAtMs(body: string): number {
  const start = body.indexOf(TIMESTAMP) + TIMESTAMP.length;
  return Date.parse(body.slice(start, start + ISO_LENGTH));
}

/** Columns of `RowSubjects` (person NULL: nothing is looked up) for an event `e`, and the tables to read them from. */
export const RECORDED_COLUMNS = `e.received_at AS receivedAtMs, e.visitor, e.person,
  CASE WHEN cv.state IS NOT NULL OR cp.state IS NOT NULL THEN coalesce(cv.state, '---') || coalesce(cp.state, '---') END AS said,
  coalesce(cv.used_at < e.received_at - ${DAY_MS}, FALSE) OR coalesce(cp.used_at < e.received_at - ${DAY_MS}, FALSE) AS isStale`;
export const RECORDED_TABLES = `LEFT JOIN consents cv ON cv.shop = e.shop AND cv.subject = e.visitor
  LEFT JOIN consents cp ON cp.shop = e.shop AND cp.subject = e.person`;
