import { isSha256 } from '../../../privacy/hash.ts';
import type { EventFilter } from '../../search.ts';
import { type KeyKind, keyOf } from './keys.ts';

/** The ids that a search names. */
export interface NamedIds
  extends Pick<EventFilter, 'order' | 'anonymousId' | 'userId' | 'emailSha256' | 'phoneSha256' | 'text'> {
  messageIds?: readonly string[] | undefined;
}

/** One of them: it is found under any of these keys, or by the name of an order. */
export interface SoughtId {
  keys: number[];
  orderName?: string;
}

/** What is looked for in one shop, the most particular first. All of it must be found; empty: no id is named. */
export function readSoughtIds(shop: string, ids: NamedIds): SoughtId[] {
  const { messageIds, order, userId, emailSha256, phoneSha256, anonymousId, text } = ids;
  const keysBy = (kind: KeyKind, value: string | undefined) =>
    value === undefined ? [] : [keyOf(kind, shop, value)];
  const by = (kind: KeyKind, value: string | undefined): SoughtId[] =>
    value === undefined ? [] : [{ keys: keysBy(kind, value) }];
  const digest = text !== undefined && isSha256(text) ? text.toLowerCase() : undefined;
  return [
    ...(messageIds ? [{ keys: messageIds.map((messageId) => keyOf('m', shop, messageId)) }] : []),
    ...(order === undefined ? [] : [{ keys: [], orderName: order }]),
    ...by('u', userId),
    ...by('d', emailSha256?.toLowerCase()),
    ...by('d', phoneSha256?.toLowerCase()),
    ...by('a', anonymousId),
    ...(text === undefined
      ? []
      : [
          {
            keys: [
              ...(['m', 'u', 'a'] as const).flatMap((kind) => keysBy(kind, text)),
              ...keysBy('d', digest),
            ],
            orderName: text.replace(/^#/, ''),
          },
        ]),
  ];
}
