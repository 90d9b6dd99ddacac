import { createChance } from '../scenario/random.ts';

/** Random numbers of the distributions that traffic has; the same for the same seed. */
export function createDice(seed: number) {
  const { next: random } = createChance(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  function poisson(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = random(); product > limit; product *= random()) count++;
    return count;
  }
  function binomial(count: number, share: number): number {
    if (count > 50) {
      const drawn = Math.round(count * share + Math.sqrt(count * share * (1 - share)) * normal());
      return Math.min(count, Math.max(0, drawn));
    }
    let hits = 0;
    for (let nth = 0; nth < count; nth++) if (random() < share) hits++;
    return hits;
  }
  return {
    poisson,
    binomial,
    chance: (probability: number) => random() < probability,
    /** About 1; `deviation` is of its logarithm. */
    around: (deviation: number) => Math.exp(deviation * normal() - deviation ** 2 / 2),
  };
}

export type Dice = ReturnType<typeof createDice>;
