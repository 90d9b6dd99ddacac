import { guard } from './guard.ts';
import { type Message, nextBatch, prune, type Queue } from './queue.ts';
import { settings } from './sandbox.ts';
import { read, write } from './store.ts';

const done = new Set<string>();
let queue: Queue = {};
let failures = 0;
let isBusy: unknown;

const KEY = '_sb_p';

/** Merges the queue with what other tabs and earlier pages left. The collector deduplicates by `messageId`. */
const save = async () => {
  queue = prune({ ...(await read(KEY)), ...queue }, done);
  await write(KEY, queue);
};

/** The body is text/plain, which needs no preflight. With `keepalive` the request outlives its page. */
const send = guard((batch: Message[]) =>
  fetch(`${settings.endpoint}/v1/b`, {
    method: 'POST',
    body: JSON.stringify({ batch, sentAt: new Date(), writeKey: settings.key }),
    credentials: 'omit',
    keepalive: true,
  }),
);

/** Sends the queue, one request at a time. After a failure, one message per request. */
const flush = async () => {
  const batch = nextBatch(queue).slice(0, failures ? 1 : undefined);
  if (isBusy || !batch[0]) return;
  isBusy = 1;
  const { status, headers } = (await send(batch)) || {};
  if (status === 200 || (!batch[1] && (status === 400 || status === 413))) {
    for (const { messageId } of batch) done.add(messageId);
    failures = 0;
    await save();
  } else {
    // As long as `Retry-After` asks, else doubling, with full jitter.
    const seconds = +(headers?.get('Retry-After') as string) || Math.random() * 2 ** ++failures;
    await new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
  }
  isBusy = 0;
  void flush();
};

/** Stores messages until they are answered, also for later pages, and sends the queue. */
export const deliver = async (messages: Message[]) => {
  for (const message of messages) queue[message.messageId] = message;
  await save();
  void flush();
};

/** Empties the queue. */
export const drop = async () => {
  queue = {};
  if (await read(KEY)) await write(KEY, null);
};
