import type { Credentials } from '../credentials.ts';
import { firstIssue } from '../issues.ts';
import type { ValidationResult } from '../stand-in.ts';
import { MarketingBody } from './marketing-schema.ts';
import { unprocessable } from './refusals.ts';

/**
 * Accepts marketing statistics. Rows of unknown marketing events are not counted; the response contains the number of
 * accepted rows, not which ones.
 */
export function createMarketing({
  marketingEvents,
}: Credentials['shopline']): (body: unknown) => ValidationResult {
  const isKnown = (id: string) => marketingEvents?.includes(id) ?? id.startsWith('MA_');

  return function validateMarketing(body) {
    const issue = firstIssue(MarketingBody, body);
    if (issue) return unprocessable(issue, body, 'marketing_activity_datas');
    const rows = (body as MarketingBody).marketing_activity_datas;
    const taken = rows.filter((row) => isKnown(row.marketing_event_id));
    const unknown = rows.filter((row) => !isKnown(row.marketing_event_id));
    return {
      status: 200,
      // SHOPLINE's spelling.
      answer: { sucess_count: taken.length },
      accepted: [],
      refused: unknown.map((item) => ({ item, why: 'marketing_event_id does not exist' })),
      reports: taken,
    };
  };
}
