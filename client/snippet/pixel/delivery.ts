import { guard, wait } from './guard.ts';
import { type Message, nextBatch, prune, type Queue } from './queue.ts';
import { settings } from './sandbox.ts';
import { read, write } from './store.ts';

const done = new Set<string>();
let queue: Queue = {};
let failures = 0;
let isBusy = false;

const PLACE = '_sb_p';

/** What other tabs and earlier pages left counts as ours: told twice, the collector counts it once. */
const save = async () => {
  queue = prune({ ...(await read(PLACE)), ...queue }, done);
  await write(PLACE, queue);
};

/** The body goes as text/plain, so no preflight goes ahead of it, and the request outlives its page. */
const send = guard((batch: Message[]) =>
  fetch(`${settings.endpoint}/v1/b`, {
    method: 'POST',
    body: JSON.stringify({ batch, sentAt: new Date(), writeKey: settings.key }),
    credentials: 'omit',
    keepalive: true,
  }),
);

/** Sends what waits, one request at a time, and each message until it is answered. After a failure, one by one. */
const flush = async () => {
  const batch = nextBatch(queue).slice(0, failures ? 1 : undefined);
  if (isBusy || !batch[0]) return;
  isBusy = true;
  const { status, headers } = (await send(batch)) || {};
  if (status === 200 || (!batch[1] && (status === 400 || status === 413))) {
    for (const { messageId } of batch) done.add(messageId);
    failures = 0;
    await save();
  } else {
    // As long as the collector asks, else twice as long each time, with full jitter.
    const seconds = +(headers?.get('Retry-After') as string) || Math.random() * 2 ** ++failures;
    await wait(seconds * 1000);
  }
  isBusy = false;
  void flush();
};

/** Puts messages where they wait for an answer, on later pages too, and sends what waits. */
export const deliver = async (messages: Message[]) => {
  for (const message of messages) queue[message.messageId] = message;
  await save();
  void flush();
};

/** Drops what waits. */
export const drop = async () => {
  queue = {};
  if (await read(PLACE)) await write(PLACE, null);
};
