/** What of late denials this process knows, for deliveries that were leased before them. */
export interface RecentDenials {
  /**
   * @param keys `shop\nsubject`.
   * @param count of all denials since the start, these included.
   */
  add(keys: readonly string[], count: number): void;
  /** Whether any of these subjects denied something after the first `count` denials. */
  anySince(of: { shop: string; subjects: readonly string[] }, count: number): boolean;
}

/** More than arrive while a delivery is leased. */
const MOST = 100_000;

export function createRecentDenials(): RecentDenials {
  /** By subject, the count after its latest denial; the longest ago first. */
  const latest = new Map<string, number>();
  let last = 0;
  /** Denials up to this one were forgotten. */
  let forgotten = 0;
  return {
    add(keys, count) {
      last = Math.max(last, count);
      for (const key of keys) {
        latest.delete(key);
        latest.set(key, count);
      }
      for (const [key, at] of latest) {
        if (latest.size <= MOST) break;
        latest.delete(key);
        forgotten = Math.max(forgotten, at);
      }
    },
    anySince({ shop, subjects }, count) {
      if (count >= last) return false;
      const isLater = (subject: string) => (latest.get(`${shop}\n${subject}`) ?? 0) > count;
      return count < forgotten || subjects.some(isLater);
    },
  };
}
