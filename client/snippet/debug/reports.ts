import type { Message, Notice, Properties } from '../api.ts';
import { REPEAT_WINDOW_MS } from '../rules.ts';
import { differences, isSame } from './differences.ts';

/** A line about the message with this id. */
export type Line = [messageId: string, event: string, text: string];

/** An event that was sent, waits for the visitor's choice, or was contradicted, and the sources that reported it. */
interface Sent {
  messageId: string;
  event: string;
  properties: Properties;
  atMs: number;
  state: 'sent' | 'held' | 'repeat';
  /** The first is the one whose properties are sent. */
  sources: string[];
}

const MAX_SENT = 50;
const OPPOSITES: Record<string, string> = {
  'Product Added': 'Product Removed',
  'Product Removed': 'Product Added',
};

/** Newest first. */
let sent: Sent[] = [];

const find = (properties: Properties, fits: (one: Sent) => boolean) => {
  const found = sent.filter((one) => fits(one) && isSame(one.properties, properties) !== false);
  return found.find((one) => isSame(one.properties, properties)) || found[0];
};

const onSent = (
  state: Sent['state'],
  source: string,
  {
    messageId = '',
    event = '',
    properties = {},
    timestamp = 0,
  }: Partial<Message> & { timestamp?: Date | number },
): Line[] => {
  const known = messageId && sent.find((one) => one.messageId === messageId);
  if (known) {
    known.state = state;
    return [];
  }
  const atMs = +timestamp;
  const opposite = find(
    properties,
    (one) =>
      one.event === OPPOSITES[event] &&
      Math.abs(atMs - one.atMs) < REPEAT_WINDOW_MS &&
      !one.sources.includes(source),
  );
  sent = [{ messageId, event, properties, atMs, state, sources: [source] }, ...sent].slice(0, MAX_SENT);
  return opposite
    ? [
        [
          messageId || opposite.messageId,
          event,
          `direction: ${event} by ${source}, ${opposite.event} by ${opposite.sources[0]}`,
        ],
      ]
    : [];
};

const onRepeat = (source: string, event: string, properties: Properties): Line[] => {
  const one = find(properties, (other) => other.event === event);
  // A repeat of nothing: another source reported the other direction, which is sent, now or later.
  if (!one || one.sources.includes(source))
    return onSent('repeat', source, { event, properties, timestamp: Date.now() });
  one.sources.push(source);
  return differences(one.properties, properties).map(([name, ours, other]) => [
    one.messageId,
    event,
    `${name}: ${ours} by ${one.sources[0]} (${one.state}), ${other} by ${source}`,
  ]);
};

/**
 * Reads the next notice of this page, and finds where a source disagrees with the one whose event is sent: about its
 * properties, once for each source; or about its direction, where another source reports within the time of a repeat that a
 * product was removed that this one reports was added. A source that reported both does not disagree.
 *
 * @returns the lines that the notice adds.
 */
export const readNotice = (...[kind, first, second, third]: Notice): Line[] => {
  if (kind === 'message') return onSent('sent', first, second);
  if (kind === 'held') return onSent('held', first, second);
  return kind === 'repeat' ? onRepeat(first, second, third) : [];
};
