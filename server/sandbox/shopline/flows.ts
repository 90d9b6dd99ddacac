import type { Credentials } from '../credentials.ts';
import { firstIssue } from '../issues.ts';
import type { ValidationResult } from '../stand-in.ts';
import { FlowBody } from './flows-schema.ts';
import { unprocessable } from './refusals.ts';

/** Accepts flow statistics as a whole or not at all; a success has an empty response. */
export function createFlows(credentials: Credentials['shopline']): (body: unknown) => ValidationResult {
  const { appKey, sourceType, storeId } = credentials;

  return function validateFlows(body) {
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
