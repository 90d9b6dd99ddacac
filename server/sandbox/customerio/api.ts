import { createBucket } from '../bucket.ts';
import type { Credentials } from '../credentials.ts';
import { firstIssue } from '../issues.ts';
import {
  type ApiRequest,
  isObject,
  itemsOf,
  refuse,
  type StandIn,
  type ValidationResult,
} from '../stand-in.ts';
import { Batch, CALLS, type Call, MESSAGES } from './schema.ts';

const MAX_MESSAGE_BYTES = 32 * 1024;
/** "500 KB" read as the smaller of its two meanings, which is safe under both. */
const MAX_BATCH_BYTES = 500_000;

/** `/v1/track` and `/v1/t`; the browser SDK uses the one-letter paths. */
const PATHS = new Map<string, Call | 'batch'>();
for (const call of [...CALLS, 'batch'] as const)
  PATHS.set(`/v1/${call}`, call).set(`/v1/${call.charAt(0)}`, call);

/**
 * Customer.io Data Pipelines. In permissive mode every refusal but 404 and 429 is answered 200, and the event is lost.
 * With `X-Strict-Mode: 1` it is a 400 or 401, and one bad message refuses its whole batch.
 */
export function createCustomerIo(credentials: Credentials['customerio'], clock: () => number): StandIn {
  const bucket = createBucket(3000, 1000, clock);
  const authorization = `Basic ${Buffer.from(`${credentials.apiKey}:`).toString('base64')}`;

  function validate({ method, path, headers, isJson, body, bytes }: ApiRequest): ValidationResult {
    const call = PATHS.get(path);
    const isStrict = headers['x-strict-mode'] === '1';
    const items = call === 'batch' ? itemsOf(body, 'batch') : [body];
    const error = (status: number, why: string) => refuse(status, errorBody([why]), items, why);
    const lose = (strictStatus: number, why: string) =>
      isStrict ? error(strictStatus, why) : refuse(200, {}, items, why);

    if (!call || method !== 'POST') return error(404, 'not found');
    if (!bucket.acquire()) return error(429, 'too many requests');
    if (headers.authorization !== authorization) return lose(401, 'unknown API key');
    if (!isJson || !isObject(body)) return lose(400, 'the body is not a JSON object');
    if (call !== 'batch') {
      const why = bytes > MAX_MESSAGE_BYTES ? TOO_LARGE : checkMessage({ type: call, ...body }, call);
      return why ? lose(400, why) : { status: 200, answer: {}, accepted: items, refused: [] };
    }

    if (bytes > MAX_BATCH_BYTES) return lose(400, `the batch is over ${MAX_BATCH_BYTES} bytes`);
    const issue = firstIssue(Batch, body);
    if (issue) return lose(400, `${issue.field}: ${issue.message}`);
    const checked = items.map((item) => ({ item, why: checkMessage(item) }));
    const reasons = new Set(checked.flatMap(({ why }) => why ?? []));
    if (isStrict && reasons.size > 0) {
      const refused = checked.map(({ item, why = 'refused with its batch' }) => ({ item, why }));
      return { status: 400, answer: errorBody([...reasons]), accepted: [], refused };
    }
    return {
      status: 200,
      answer: {},
      accepted: checked.filter(({ why }) => why === undefined).map(({ item }) => item),
      refused: checked.flatMap(({ item, why }) => (why === undefined ? [] : [{ item, why }])),
    };
  }

  return { validate, reset: () => bucket.reset() };
}

const TOO_LARGE = `the message is over ${MAX_MESSAGE_BYTES} bytes`;

/** The reasons only, without the messages they belong to. */
const errorBody = (errors: string[]) => ({ meta: { errors } });

/** Why a message is refused, or undefined. `onPath`: the call of a single message's path. */
function checkMessage(item: unknown, onPath?: Call): string | undefined {
  if (!isObject(item)) return 'the message is not an object';
  if (Buffer.byteLength(JSON.stringify(item)) > MAX_MESSAGE_BYTES) return TOO_LARGE;
  const call = CALLS.find((known) => known === item.type);
  if (!call) return `type: must be one of ${CALLS.join(', ')}`;
  if (onPath && call !== onPath) return `type: must be ${onPath} on this path`;
  const issue = firstIssue(MESSAGES[call], item);
  return issue && `${issue.field}: ${issue.message}`;
}
