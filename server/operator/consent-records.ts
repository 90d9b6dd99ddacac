import type { ConsentRecord } from '../../shared/operator-api/index.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { describeConsent, type SubjectRecord } from '../store/consent-record.ts';
import { personSubject, visitorSubject } from '../store/subject.ts';

/**
 * What each record says now, and who said it last. Records are kept under digests of ids.
 *
 * @param events those whose ids may be named.
 * @returns without `id` where none of the events has it.
 */
export function describeRecords(
  records: readonly SubjectRecord[],
  events: readonly ProtectedEvent[],
): ConsentRecord[] {
  const ids = new Map<string, string | undefined>();
  for (const { anonymousId, userId, emailSha256 } of events.map(({ identity }) => identity))
    ids
      .set(visitorSubject(anonymousId), anonymousId)
      .set(personSubject(userId), userId)
      .set(personSubject(emailSha256), emailSha256);
  return records.flatMap(({ subject, changes }) => {
    const id = ids.get(subject);
    return describeConsent(subject, changes).flatMap(({ history }) =>
      history.slice(-1).map(({ at, source, consent }) => ({ ...(id && { id }), at, source, consent })),
    );
  });
}
