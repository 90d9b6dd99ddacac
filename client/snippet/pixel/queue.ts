import type { Thing } from './sandbox.ts';

const MAX_AGE_MS = 7 * 86_400_000;
const MAX_MESSAGES = 60;
/** Requests that may outlive their page share 64 KiB, and a character is at most three bytes. */
const CHUNK_CHARACTERS = 20_000;
/** In the same measure: the collector takes 32 KiB. What waits is thus never more than 1.3 MB of a page's storage. */
const MAX_CHARACTERS = 10_800;

/** As it goes over the wire. */
export interface Message {
  messageId: string;
  timestamp: string;
  properties?: Thing;
}
/** By `messageId`, oldest first. */
export type Queue = Record<string, Message>;

const lengthOf = (message: unknown) => JSON.stringify(message).length;

/**
 * A message as plain JSON that the collector takes: without what says nothing (null, blank text, a number that is
 * none), and of too many products the first half, or the first of that which fits.
 *
 * @throws when it holds something circular.
 */
export const pack = (draft: Message): Message => {
  const message: Message = JSON.parse(
    JSON.stringify(draft, (_name, value) => (value || value === 0 || value === false ? value : undefined)),
  );
  const products = message.properties?.products || [];
  while (lengthOf(message) > MAX_CHARACTERS && products.length) products.length >>= 1;
  return message;
};

/** What is still worth keeping: the newest, none that is `done`, too old or too large. */
export const prune = (queue: Queue, done: Set<string>): Queue =>
  Object.fromEntries(
    Object.entries(queue)
      .filter(
        ([id, message]) =>
          !done.has(id) &&
          // What somebody else wrote there would never leave.
          message?.messageId === id &&
          Date.now() - Date.parse(message.timestamp) < MAX_AGE_MS &&
          lengthOf(message) <= MAX_CHARACTERS,
      )
      .slice(-MAX_MESSAGES),
  );

/** The oldest that fit one request. */
export const nextBatch = (queue: Queue): Message[] => {
  let characters = 0;
  return Object.values(queue).filter((message) => {
    characters += lengthOf(message);
    return characters < CHUNK_CHARACTERS;
  });
};
