/** Times in buckets that grow by a fifth: a time is known within 10 %. */
const GROWTH = Math.log(1.2);

export const bucketOf = (ms: number): number => (ms <= 1 ? 0 : Math.ceil(Math.log(ms) / GROWTH));
const middleOf = (bucket: number): number => Math.round(Math.exp((bucket - 0.5) * GROWTH));

/**
 * @param buckets ascending, each with how many times are in it.
 * @returns undefined of no times.
 */
export function quantile(
  buckets: readonly (readonly [bucket: number, count: number])[],
  share: number,
): number | undefined {
  let total = 0;
  for (const [, count] of buckets) total += count;
  if (total === 0) return undefined;
  let left = Math.ceil(total * share);
  for (const [bucket, count] of buckets) {
    left -= count;
    if (left <= 0) return middleOf(bucket);
  }
  return undefined;
}
