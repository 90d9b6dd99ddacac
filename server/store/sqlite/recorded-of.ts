import { NOTHING_SAID } from '../../../shared/consent.ts';
import type { RecordedNow } from '../consent-record.ts';
import type { Consents } from './consents.ts';
import type { Connection } from './prepare.ts';
import {
  createRecorded,
  RECORDED_COLUMNS,
  RECORDED_TABLES,
  type RowSubjects,
  readConsent,
} from './recorded.ts';
import { prepareTexts } from './stored-text.ts';

const NOTHING: RecordedNow = { visitors: NOTHING_SAID, person: NOTHING_SAID, records: [] };

/** What a lease of an event would apply now. An order that waits for its reports is about those of its first one. */
export function createRecordedOf(connection: Connection, consents: Consents): (seq: number) => RecordedNow {
  const bySeq = prepareTexts<RowSubjects>(
    connection,
    `SELECT e.shop, e.compose, e.packed, e.body, ${RECORDED_COLUMNS} FROM events e ${RECORDED_TABLES} WHERE e.seq = ?`,
  );
  // That somebody looks at a record is no need of it.
  const recorded = createRecorded({ ...consents, use() {} });
  return (seq) => {
    const row = bySeq.get(seq);
    const consent = row && recorded.of(row, false);
    if (!consent) return NOTHING;
    const { recorded: states, subjects = [row.visitor, row.person] } = readConsent(consent);
    const records = [...new Set(subjects)].flatMap((subject) => {
      const changes = subject ? consents.history(row.shop, subject) : [];
      return subject && changes.length > 0 ? [{ subject, changes }] : [];
    });
    return { ...states, records };
  };
}
