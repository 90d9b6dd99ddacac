import { isDeepStrictEqual } from 'node:util';
import type { Received } from '../record.ts';
import { isObject } from '../stand-in.ts';

/** An (event, event_id) accepted more than once. TikTok counts the first copy it receives. */
export interface TikTokDuplicate {
  event: string;
  eventId: string;
  times: number;
  /** True when the copies are not equal; which one TikTok keeps depends on the order of arrival. */
  differs: boolean;
}

/** The duplicates among these requests, in order of first arrival. Copies with another order of keys are equal. */
export function tiktokDuplicates(received: readonly Received[]): TikTokDuplicate[] {
  const seen = new Map<string, TikTokDuplicate & { first: unknown }>();
  for (const item of received.filter(({ api }) => api === 'tiktok').flatMap(({ accepted }) => accepted)) {
    if (!isObject(item)) continue;
    const [event, eventId] = [String(item.event), String(item.event_id)];
    const key = JSON.stringify([event, eventId]);
    const known = seen.get(key);
    if (known) {
      known.times += 1;
      known.differs ||= !isDeepStrictEqual(known.first, item);
    } else seen.set(key, { event, eventId, times: 1, differs: false, first: item });
  }
  return [...seen.values()].filter(({ times }) => times > 1).map(({ first: _, ...duplicate }) => duplicate);
}
