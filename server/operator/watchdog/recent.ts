import type { Counters } from '../../observe/counters.ts';

/** What became of events at one destination. */
export interface Settled {
  delivered: number;
  dead: number;
}

type Row = ReturnType<Counters['snapshot']>[number];

const HOUR_MS = 60 * 60_000;
const NONE: Settled = { delivered: 0, dead: 0 };
const keyOf = ({ shop = '', destination = '' }: Row['labels']) => `${destination}\n${shop}`;

/** The last hour of the counters of deliveries, which begin at zero with the process. */
export function createRecent() {
  const samples: { atMs: number; settled: Map<string, Settled> }[] = [];
  return {
    /** To be called every minute. */
    sample(rows: readonly Row[], nowMs: number): void {
      samples.push({ atMs: nowMs, settled: sumsOf(rows) });
      while (nowMs - (samples[1]?.atMs ?? nowMs) >= HOUR_MS) samples.shift();
    },

    last(shop: string, destination: string): Settled {
      const key = keyOf({ shop, destination });
      const latest = samples.at(-1);
      const hourAgo = samples.findLast(({ atMs }) => (latest?.atMs ?? 0) - atMs >= HOUR_MS);
      const from = hourAgo?.settled.get(key) ?? NONE;
      const { delivered, dead } = latest?.settled.get(key) ?? NONE;
      return { delivered: delivered - from.delivered, dead: dead - from.dead };
    },
  };
}

/** Without what only waited too long: the destination has not refused it. */
function sumsOf(rows: readonly Row[]): Map<string, Settled> {
  const settled = new Map<string, Settled>();
  for (const { name, labels, value } of rows) {
    if (name !== 'deliveries' && (name !== 'dead_letters' || labels.reason === 'expired')) continue;
    const { delivered, dead } = settled.get(keyOf(labels)) ?? NONE;
    const isDead = name === 'dead_letters';
    settled.set(keyOf(labels), {
      delivered: delivered + (isDead ? 0 : value),
      dead: dead + (isDead ? value : 0),
    });
  }
  return settled;
}

export type Recent = ReturnType<typeof createRecent>;
