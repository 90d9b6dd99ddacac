import type { Credentials } from '../credentials.ts';
import { firstIssue } from '../issues.ts';
import type { Verdict } from '../stand-in.ts';
import { FlowBody } from './flows-schema.ts';
import { unprocessable } from './refusals.ts';

/** Takes flow statistics, whole or not at all; the answer of success is empty. */
export function createFlows(credentials: Credentials['shopline']): (body: unknown) => Verdict {
  const { appKey, sourceType, storeId } = credentials;

  return function judgeFlows(body) {
    const refused = (field: string, message: string) =>
      unprocessable({ field, message }, body, 'flow_data_list');
    const issue = firstIssue(FlowBody, body);
    if (issue) return refused(issue.field, issue.message);
    const { app_key, source_type, store_id } = body as FlowBody;
    if (app_key !== appKey) return refused('app_key', 'not the app of this token');
    if (source_type !== sourceType) return refused('source_type', 'unknown source');
    if (store_id !== storeId) return refused('store_id', 'not the store of this token');
    return { status: 200, answer: {}, accepted: [], refused: [], reports: [body] };
  };
}
