/** Times in buckets that grow by a fifth: a time is known within 10 %. */
const GROWTH = Math.log(1.2);

export const bucketOf = (ms: number): number => (ms <= 1 ? 0 : Math.ceil(Math.log(ms) / GROWTH));
const middleOf = (bucket: number): number => Math.round(Math.exp((bucket - 0.5) * GROWTH));

/** @param counts by bucket. @returns undefined of no times. */
export function quantile(counts: ReadonlyMap<number, number>, share: number): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = Math.ceil(total * share);
  for (const [bucket, count] of [...counts].sort(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return middleOf(bucket);
  }
  return undefined;
}
