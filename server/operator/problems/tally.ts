import { adviceOf } from '../../../shared/advice/advice.ts';
import { ENGLISH } from '../../../shared/advice/english.ts';
import type { ActionAnswer } from '../../../shared/operator-api/index.ts';
import type { Places } from '../places.ts';

/** Counts what an action reached and what it left out. */
export interface Tally {
  done(consumer: string, count: number): void;
  refused(reason: string, count: number): void;
  answer(isDryRun: boolean): ActionAnswer;
}

export function createTally(places: Places): Tally {
  const done = new Map<string, number>();
  const refused = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string, count: number) => {
    if (count > 0) counts.set(key, (counts.get(key) ?? 0) + count);
  };
  return {
    done: (consumer, count) => add(done, consumer, count),
    refused: (reason, count) => add(refused, reason, count),
    answer: (isDryRun) => ({
      count: [...done.values()].reduce((sum, count) => sum + count, 0),
      byDestination: [...done].map(([consumer, count]) => ({
        ...{ shop: shopOf(places, consumer), destination: places.nameOf(consumer), count },
      })),
      refused: [...refused].map(([reason, count]) => {
        const advice = adviceOf(ENGLISH, reason);
        return { reason, count, ...(advice && { advice }) };
      }),
      isDryRun,
    }),
  };
}

const shopOf = (places: Places, consumer: string) =>
  places.of(consumer)?.shop.id ?? consumer.slice(consumer.indexOf('@') + 1);
