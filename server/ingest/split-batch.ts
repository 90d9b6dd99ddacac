import { z } from 'zod';
import { Batch, type Issue, isObject } from '../../shared/message.ts';
import { LIMITS, type MessageType } from '../../shared/names.ts';
import { Refusal, tooLarge } from '../http/errors.ts';
import { type Body, MAX_DEPTH } from '../http/json.ts';

/** One message as it arrived, with its place in the batch. */
export interface Item {
  index: number;
  value: unknown;
  /** Why it is more than we read. */
  issue: Issue | undefined;
}

const CompiledBatch = z.compile(Batch);

type Common = Record<'context' | 'integrations', Record<string, unknown> | undefined>;

/**
 * One message or a batch → its messages, with what the batch says for all of them merged under each.
 *
 * @param type what the path says; undefined for a batch.
 * @throws {Refusal} 400 when it is neither, 413 past the limits.
 */
export function unwrap(
  body: Body,
  type: MessageType | undefined,
): { items: Item[]; sentAt: string | undefined; lost: number } {
  const { value } = body;
  if (type) {
    if (!isObject(value))
      throw new Refusal(400, 'malformed-body', 'The body must be one message, a JSON object.');
    const issue = sizeIssue(value, body);
    if (issue?.code === 'too_big') throw tooLarge('message');
    return { items: [{ index: 0, value, issue }], sentAt: undefined, lost: 0 };
  }
  const batch = CompiledBatch.safeParse(value);
  if (!batch.success)
    throw new Refusal(400, 'invalid-batch', 'The body must be {"batch": [message, …]}.', {
      details: batch.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    });
  const { context, integrations, sentAt, lost = 0 } = batch.data;
  const common = { context, integrations };
  if (batch.data.batch.length > LIMITS.messages)
    throw new Refusal(
      413,
      'too-many-messages',
      `A batch may hold ${LIMITS.messages} messages; send less at a time.`,
    );
  checkCommon(common, batch.data.batch.length, body);
  const items = batch.data.batch.map((sent, index) => {
    const message = underlay(sent, common);
    return { index, value: message, issue: sizeIssue(message, body) };
  });
  return { items, sentAt, lost };
}

/** What the root says counts once for each message: a small request must not become many megabytes. */
function checkCommon(common: Common, messages: number, { isDeep }: Body): void {
  if (!common.context && !common.integrations) return;
  if (isDeep && isDeeper(common, MAX_DEPTH))
    throw new Refusal(400, 'invalid-batch', `context is nested deeper than ${MAX_DEPTH} levels.`);
  if (byteLength(common) * messages > LIMITS.requestBytes) throw tooLarge('request');
}

/** The message's own keys win, one level deep, as Segment merges them. */
function underlay(value: unknown, common: Common) {
  if (!isObject(value) || !(common.context || common.integrations)) return value;
  const merged = { ...value };
  for (const key of ['context', 'integrations'] as const) {
    const own = value[key] ?? {};
    if (common[key] && isObject(own)) merged[key] = { ...common[key], ...own };
  }
  return merged;
}

/** Whether a message is more than we read: nested too deep to be walked, or too large. Undefined: neither. */
function sizeIssue(value: unknown, { isLarge, isDeep }: Body): Issue | undefined {
  if (isDeep && isDeeper(value, MAX_DEPTH))
    return { path: '', code: 'too_deep', message: `nested deeper than ${MAX_DEPTH} levels` };
  if (isLarge && byteLength(value) > LIMITS.messageBytes)
    return { path: '', code: 'too_big', message: `larger than ${LIMITS.messageBytes} bytes` };
  return undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

const byteLength = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
