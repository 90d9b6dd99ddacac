import type { Credentials } from '../credentials.ts';
import { firstIssue } from '../issues.ts';
import type { Verdict } from '../stand-in.ts';
import { MarketingBody } from './marketing-schema.ts';
import { unprocessable } from './refusals.ts';

/**
 * Takes marketing statistics. Rows of marketing events that this merchant does not have are left out of the count and
 * not told apart: the answer says how many were taken, never which.
 */
export function createMarketing({ marketingEvents }: Credentials['shopline']): (body: unknown) => Verdict {
  const isKnown = (id: string) => marketingEvents?.includes(id) ?? id.startsWith('MA_');

  return function judgeMarketing(body) {
    const issue = firstIssue(MarketingBody, body);
    if (issue) return unprocessable(issue, body, 'marketing_activity_datas');
    const rows = (body as MarketingBody).marketing_activity_datas;
    const taken = rows.filter((row) => isKnown(row.marketing_event_id));
    const unknown = rows.filter((row) => !isKnown(row.marketing_event_id));
    return {
      status: 200,
      // Spelt as SHOPLINE spells it.
      answer: { sucess_count: taken.length },
      accepted: [],
      refused: unknown.map((item) => ({ item, why: 'marketing_event_id does not exist' })),
      reports: taken,
    };
  };
}
