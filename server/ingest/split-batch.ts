import { z } from 'zod';
import { isObject } from '../../shared/is-object.ts';
import { Batch, type Issue } from '../../shared/message.ts';
import { LIMITS, type MessageType } from '../../shared/names.ts';
import { HttpError, tooLarge } from '../http/errors.ts';
import { type Body, MAX_DEPTH } from '../http/json.ts';

/** One message as it was sent. */
export interface Item {
  /** Its position in the batch. */
  index: number;
  value: unknown;
  /** Set when it exceeds the limits on size or depth. */
  issue: Issue | undefined;
}

const CompiledBatch = z.compile(Batch);

type Common = Record<'context' | 'integrations', Record<string, unknown> | undefined>;

/** The messages of one request. */
export interface Messages {
  count: number;
  /** To be read once. Each is merged and measured when its turn comes, because that takes as long as it is large. */
  items: Iterable<Item>;
  sentAt: string | undefined;
  /** The number of messages the snippet had to drop, 0 when the batch does not carry it. */
  lost: number;
}

/**
 * A body → its messages, with the `context` and `integrations` of the batch merged under each message's own.
 *
 * @param type the type in the path: the body is one message. Undefined: it is a batch.
 * @throws {HttpError} 400 when the body has another shape, 413 over the limits.
 */
export function splitBatch(body: Body, type: MessageType | undefined): Messages {
  const { value } = body;
  if (type) {
    if (!isObject(value))
      throw new HttpError(400, 'malformed-body', 'The body must be one message: a JSON object.');
    const issue = sizeIssue(value, body);
    if (issue?.code === 'too_big') throw tooLarge('message');
    return { count: 1, items: [{ index: 0, value, issue }], sentAt: undefined, lost: 0 };
  }
  const root = isObject(value) ? ownFields(value) : value;
  if (isObject(root)) checkCommon(root, body);
  const batch = CompiledBatch.safeParse(root);
  if (!batch.success)
    throw new HttpError(400, 'invalid-batch', 'The body must be {"batch": [message, …]}.', {
      details: batch.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    });
  const { batch: sent, context, integrations, sentAt, lost = 0 } = batch.data;
  return { count: sent.length, items: itemsOf(sent, { context, integrations }, body), sentAt, lost };
}

function* itemsOf(messages: readonly unknown[], common: Common, body: Body): Generator<Item> {
  for (const [index, sent] of messages.entries()) {
    const value = underlay(sent, common);
    yield { index, value, issue: sizeIssue(value, body) };
  }
}

const FIELDS = Object.keys(Batch.in.shape);

/** Without unknown fields, of which there may be tens of thousands. */
function ownFields(root: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    FIELDS.filter((name) => Object.hasOwn(root, name)).map((name) => [name, root[name]]),
  );
}

/** The common fields are copied into each message, so their size is multiplied by the number of messages. */
function checkCommon({ batch, context, integrations }: Record<string, unknown>, { isDeep }: Body): void {
  const messages = Array.isArray(batch) ? batch.length : 0;
  if (messages > LIMITS.messages)
    throw new HttpError(413, 'too-many-messages', `A batch may hold at most ${LIMITS.messages} messages.`);
  const common = { context, integrations };
  if (!isObject(context) && !isObject(integrations)) return;
  if (isDeep && isDeeper(common, MAX_DEPTH))
    throw new HttpError(400, 'invalid-batch', `context is nested deeper than ${MAX_DEPTH} levels.`);
  const bytes = byteLength(common);
  if (bytes > LIMITS.messageBytes || bytes * messages > LIMITS.requestBytes) throw tooLarge('request');
}

/** A shallow merge in which the message's own keys win, as Segment does it. */
function underlay(value: unknown, common: Common) {
  if (!isObject(value) || !(common.context || common.integrations)) return value;
  const merged = { ...value };
  for (const key of ['context', 'integrations'] as const) {
    const own = value[key] ?? {};
    if (common[key] && isObject(own)) merged[key] = { ...common[key], ...own };
  }
  return merged;
}

/** Undefined when the message is within the limits on depth and size. */
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
