import { isObject } from '../../shared/is-object.ts';
import { isDeeper } from '../../shared/kinds.ts';
import { type Issue, parseRoot } from '../../shared/message.ts';
import { LIMITS, type MessageType } from '../../shared/names.ts';
import { type Note, readObject } from '../../shared/read-fields.ts';
import { HttpError, tooLarge } from '../http/errors.ts';
import { type Body, MAX_DEPTH } from '../http/json.ts';

/** One message as it was sent. */
export interface Item {
  /** Its position in the batch. */
  index: number;
  value: unknown;
  /** Set when it exceeds the limits on size or depth. */
  issue: Issue | undefined;
  /** Fields of its own that could not be merged with those of the batch, which stand in their place. */
  notes: readonly Note[];
}

type Common = Record<'context' | 'integrations', Record<string, unknown> | undefined>;

/** The messages of one request. */
export interface Messages {
  count: number;
  /** To be read once. Each is merged and measured when its turn comes, because that takes as long as it is large. */
  items: Iterable<Item>;
  sentAt: string | undefined;
  /** The number of messages the snippet had to drop, 0 when the batch does not carry it. */
  lost: number;
  /** Known fields at the root of the batch that were not exact. */
  notes: readonly Note[];
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
    const items = [{ index: 0, value, issue, notes: notesOf(body) }];
    return { count: 1, items, sentAt: undefined, lost: 0, notes: [] };
  }
  const batch = isObject(value) && Array.isArray(value.batch) ? value.batch : [];
  if (!isObject(value) || batch.length === 0)
    throw new HttpError(400, 'invalid-batch', 'The body must be {"batch": [message, …]}.', {
      details: ['batch: a list of at least one message'],
    });
  if (batch.length > LIMITS.messages)
    throw new HttpError(413, 'too-many-messages', `A batch may hold at most ${LIMITS.messages} messages.`);
  const { root, notes: ofRoot } = parseRoot(value);
  const notes = [...ofRoot, ...notesOf(body)];
  const { context, integrations, sentAt, lost = 0 } = root;
  const common = { context, integrations };
  checkCommon(common, batch.length, body);
  return { count: batch.length, items: itemsOf(batch, common, body), sentAt, lost, notes };
}

/** Which values these were is not known any more. */
const NON_NUMBERS: Note = {
  path: '',
  code: 'field-dropped',
  describe: () => 'NaN and Infinity are no JSON, and were read as null',
};
const notesOf = ({ hasNonNumbers }: Body): readonly Note[] => (hasNonNumbers ? [NON_NUMBERS] : []);

function* itemsOf(messages: readonly unknown[], common: Common, body: Body): Generator<Item> {
  for (const [index, sent] of messages.entries()) {
    const { value, notes } = underlay(sent, common);
    yield { index, value, issue: sizeIssue(value, body), notes };
  }
}

/** The common fields are copied into each message, so their size is multiplied by the number of messages. */
function checkCommon(common: Common, messages: number, { isDeep }: Body): void {
  if (!common.context && !common.integrations) return;
  if (isDeep && isDeeper(common, MAX_DEPTH))
    throw new HttpError(400, 'invalid-batch', `context is nested deeper than ${MAX_DEPTH} levels.`);
  const bytes = byteLength(common);
  if (bytes > LIMITS.messageBytes || bytes * messages > LIMITS.requestBytes) throw tooLarge('request');
}

/**
 * A shallow merge in which the message's own keys win, as Segment does it. In place of a field that is no object, the
 * batch's counts.
 */
function underlay(value: unknown, common: Common): { value: unknown; notes: readonly Note[] } {
  if (!isObject(value) || !(common.context || common.integrations)) return { value, notes: [] };
  const merged = { ...value };
  const notes: Note[] = [];
  for (const key of ['context', 'integrations'] as const) {
    if (!common[key]) continue;
    const own = value[key] == null ? undefined : readObject(value[key], key, undefined, notes);
    merged[key] = { ...common[key], ...own };
  }
  return { value: merged, notes };
}

/** Undefined when the message is within the limits on depth and size. */
function sizeIssue(value: unknown, { isLarge, isDeep }: Body): Issue | undefined {
  if (isDeep && isDeeper(value, MAX_DEPTH))
    return { path: '', code: 'too_deep', message: `nested deeper than ${MAX_DEPTH} levels` };
  if (isLarge && byteLength(value) > LIMITS.messageBytes)
    return { path: '', code: 'too_big', message: `larger than ${LIMITS.messageBytes} bytes` };
  return undefined;
}

const byteLength = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
