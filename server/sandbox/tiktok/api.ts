import { createBucket } from '../bucket.ts';
import type { Credentials } from '../credentials.ts';
import { type FieldIssue, firstIssue } from '../issues.ts';
import {
  type ApiRequest,
  isObject,
  itemsOf,
  refuse,
  type StandIn,
  type ValidationResult,
} from '../stand-in.ts';
import { eventSchema, requestSchema } from './schema.ts';

const PATH = '/open_api/v1.3/event/track/';

/** TikTok Events API 2.0, web events. Like TikTok, it reports application errors as HTTP 200 with a `code`. */
export function createTikTok(credentials: Credentials['tiktok'], clock: () => number): StandIn {
  const bucket = createBucket(1000, 1000, clock);
  const schema = requestSchema(credentials.pixelCode);
  let answers = 0;

  function envelope(code: number, message: string) {
    answers += 1;
    const logId = `${new Date(clock()).toISOString().replace(/\D/g, '')}${String(answers).padStart(9, '0')}`;
    return {
      status: 200,
      answer: { code, message, request_id: logId, data: {} },
      headers: { 'X-TT-LOGID': logId },
    };
  }

  function validate({ method, path, headers, isJson, body }: ApiRequest): ValidationResult {
    const items = itemsOf(body, 'data');
    const error = (code: number, message: string): ValidationResult => {
      const { status, answer, headers } = envelope(code, message);
      return { ...refuse(status, answer, items, message), headers };
    };

    if (path !== PATH) return refuse(404, '404 page not found', items, 'unknown path');
    if (method !== 'POST') return refuse(405, '405 method not allowed', items, 'not a POST');
    const token = headers['access-token'] ?? '';
    if (token === '') return error(40104, 'Access token is empty');
    if (token !== credentials.accessToken)
      return error(40105, 'Access token is incorrect or has been revoked');
    if (!bucket.acquire()) return error(40100, 'Requests made too frequently');
    if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
      return error(40002, 'Content-Type must be application/json');
    if (headers['content-encoding']) return error(40002, 'Content-Encoding is not supported');
    if (!isJson || !isObject(body)) return error(40002, 'The body is not a JSON object');
    const requestIssue = firstIssue(schema, body);
    if (requestIssue) return error(requestIssue.code ?? 40002, wording(requestIssue));

    // One bad event refuses its whole batch, and the message does not name it.
    const event = eventSchema(Math.floor(clock() / 1000));
    for (const [badIndex, bad] of items.entries()) {
      const issue = firstIssue(event, bad);
      if (!issue) continue;
      const refused = items.map((item, index) => ({
        item,
        why: index === badIndex ? wording(issue) : 'refused with its batch',
      }));
      return { ...error(issue.code ?? 40002, wording(issue)), refused };
    }
    return { ...envelope(0, 'OK'), accepted: items, refused: [] };
  }

  return { validate, reset: () => bucket.reset() };
}

const wording = ({ field, message }: FieldIssue) =>
  field ? `Invalid value for \`${field}\`: ${message}` : `Invalid value: ${message}`;
