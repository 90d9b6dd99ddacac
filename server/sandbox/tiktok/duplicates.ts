import { isDeepStrictEqual } from 'node:util';
import type { Received } from '../record.ts';
import { isObject } from '../stand-in.ts';

/** An (event, event_id) accepted more than once. TikTok counts it once, from the first copy it saw. */
export interface TikTokDuplicate {
  event: string;
  eventId: string;
  times: number;
  /** True when the copies are not the same: what TikTok keeps is then a matter of luck. */
  differs: boolean;
}

/** What TikTok would deduplicate among these requests, in order of first arrival. The order of keys is no difference. */
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
