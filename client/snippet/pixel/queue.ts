import type { Thing } from './sandbox.ts';

const MAX_AGE_MS = 7 * 86_400_000;
const MAX_MESSAGES = 60;
/** For one request. `keepalive` requests share 64 KiB, and a character takes up to three bytes. */
const CHUNK_CHARACTERS = 20_000;
/** For one message: the collector accepts 32 KiB. The queue thus stays below 1.3 MB of localStorage. */
const MAX_CHARACTERS = 10_800;

/** As sent to the collector. */
export interface Message {
  messageId: string;
  event?: string | undefined;
  timestamp: string;
  properties?: Thing;
}
/** By `messageId`, oldest first. */
export type Queue = Record<string, Message>;

const lengthOf = (message: unknown) => JSON.stringify(message).length;

/**
 * A message as plain JSON within the collector's limit: without empty values (null, blank text, NaN), and with the
 * product list halved until it fits.
 *
 * @throws {TypeError} on circular data.
 */
export const pack = (draft: Message): Message => {
  const message: Message = JSON.parse(
    JSON.stringify(draft, (_name, value) => (value || value === 0 || value === false ? value : undefined)),
  );
  const products = message.properties?.products || [];
  while (lengthOf(message) > MAX_CHARACTERS && products.length) products.length >>= 1;
  return message;
};

/** The newest messages, without those that are `done`, too old or too large. */
export const prune = (queue: Queue, done: Set<string>): Queue =>
  Object.fromEntries(
    Object.entries(queue)
      .filter(
        ([id, message]) =>
          !done.has(id) &&
          // Foreign data under this key would never be sent.
          message?.messageId === id &&
          Date.now() - Date.parse(message.timestamp) < MAX_AGE_MS &&
          lengthOf(message) <= MAX_CHARACTERS,
      )
      .slice(-MAX_MESSAGES),
  );

/** The oldest messages that fit one request. */
export const nextBatch = (queue: Queue): Message[] => {
  let characters = 0;
  return Object.values(queue).filter((message) => {
    characters += lengthOf(message);
    return characters < CHUNK_CHARACTERS;
  });
};
