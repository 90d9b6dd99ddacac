import { type ConsentState, NOTHING_SAID, orElse, strictest } from '../../../shared/consent.ts';
import type { Joined } from '../../../shared/protected-event.ts';
import { isTrusted } from '../../orders/precedence.ts';
import type { Recorded } from '../../privacy/effective-consent.ts';
import { personSubject, visitorSubject } from '../subject.ts';
import type { Consents } from './consents.ts';
import { tryRead } from './stored-event.ts';

/** What of a leased row decides which records apply, as it was read. */
export interface RowSubjects {
  shop: string;
  receivedAtMs: number;
  /** Null in rows of earlier versions. */
  visitor: string | null;
  person: string | null;
  /** Of the record of either; null: there is none. */
  visitorState: ConsentState | null;
  personState: ConsentState | null;
  /** 1: that it is needed was written a day before the event or earlier. */
  visitorStale: number | null;
  personStale: number | null;
  compose: number;
  body: string;
}

/** The consent of those an event is about. `subjects`: whose record it is. */
export interface RowConsent {
  /** Null: nothing is recorded. */
  recorded: Recorded | null;
  subjects: readonly string[];
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

  /** What is composed names its visitors itself; of a person only what a trusted voice said. */
  function ofBody(row: RowSubjects, isPast: boolean): RowConsent {
    const event = tryRead(row.body);
    if (!event) return { recorded: null, subjects: [] };
    const { identity, joined = [], source } = event;
    const look = (subject: string) => stateOf(row, subject, isPast);
    const visitor = visitorSubject(identity.anonymousId);
    const { userId, emailSha256 } = identity;
    const person = personSubject(userId ?? (source === 'server' ? emailSha256 : undefined));
    const email = personSubject(emailSha256);
    const states = [
      look(visitor),
      ...joined.map(([subject, choice]: Joined) => {
        const said = look(subject);
        return choice === '' ? noOf(said) : orElse(said, choice);
      }),
    ];
    const ofPerson = look(person);
    return {
      recorded: {
        visitors: strictest(states),
        // A no to the email may have been said since the order was composed.
        person: strictest([isTrusted(source) ? ofPerson : noOf(ofPerson), noOf(look(email))]),
      },
      subjects: [visitor, person, email, ...joined.map(([subject]) => subject)],
    };
  }

  return (row: RowSubjects, isPast: boolean): RowConsent => {
    const { visitor, person, visitorState, personState } = row;
    if (row.compose > 0 || visitor === null || person === null) return ofBody(row, isPast);
    const subjects = [visitor, person];
    if (visitorState === null && personState === null) return { recorded: null, subjects };
    const read = (subject: string, state: ConsentState | null, isStale: number | null) =>
      state !== null && (isPast || isStale) ? stateOf(row, subject, isPast) : (state ?? NOTHING_SAID);
    return {
      recorded: {
        visitors: read(visitor, visitorState, row.visitorStale),
        person: read(person, personState, row.personStale),
      },
      subjects,
    };
  };
}

const noOf = (state: ConsentState): ConsentState => state.replaceAll('g', '-');

/** When a stored event happened, epoch ms, without reading all of it. */
function happenedAtMs(body: string): number {
  const start = body.indexOf(TIMESTAMP) + TIMESTAMP.length;
  return Date.parse(body.slice(start, start + ISO_LENGTH));
}

/** Columns of `RowSubjects` for an event `e`, and the tables to read them from. */
export const RECORDED_COLUMNS = `e.received_at AS receivedAtMs, e.visitor, e.person,
  cv.state AS visitorState, cv.used_at < e.received_at - ${DAY_MS} AS visitorStale,
  cp.state AS personState, cp.used_at < e.received_at - ${DAY_MS} AS personStale`;
export const RECORDED_TABLES = `LEFT JOIN consents cv ON cv.shop = e.shop AND cv.subject = e.visitor
  LEFT JOIN consents cp ON cp.shop = e.shop AND cp.subject = e.person`;
