const STEP_MS = 0.01;
const MAX_MS = 10_000;

/** Every latency counted to a hundredth of a millisecond; what took over ten seconds counts as ten. */
export interface Latencies {
  add(ms: number): void;
  /** @param share 0.99 for the p99. 0 when nothing was added. */
  quantileMs(share: number): number;
}

export function createLatencies(): Latencies {
  const counts = new Uint32Array(MAX_MS / STEP_MS + 1);
  let total = 0;
  return {
    add(ms) {
      const step = Math.min(counts.length - 1, Math.round(ms / STEP_MS));
      counts[step] = (counts[step] ?? 0) + 1;
      total++;
    },
    quantileMs(share) {
      let left = Math.ceil(total * share);
      for (const [step, count] of counts.entries()) {
        left -= count;
        if (left <= 0) return Number((step * STEP_MS).toFixed(2));
      }
      return 0;
    },
  };
}
