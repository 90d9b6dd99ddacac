/** The logarithm of the probability of exactly `k` where `mean` are expected. @param mean above zero. */
function logProbability(k: number, mean: number): number {
  return k * Math.log(mean) - mean - logFactorial(k);
}

/** Stirling's series; exact to 1e-7 also for small numbers. */
function logFactorial(n: number): number {
  let correction = 0;
  let x = n + 1;
  for (; x < 8; x++) correction -= Math.log(x);
  return (
    correction + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3)
  );
}

const SMALLEST = 1e-18;

/** How probable it is to count `k` or fewer where `mean` are expected by a Poisson distribution. */
export function atMost(k: number, mean: number): number {
  if (mean <= 0) return 1;
  return sumFrom(Math.floor(Math.min(k, mean)), mean, (i) => i / mean, -1);
}

/** How probable it is to count `k` or more. */
export function atLeast(k: number, mean: number): number {
  if (k <= 0) return 1;
  if (mean <= 0) return 0;
  return k <= mean ? 1 : sumFrom(Math.ceil(k), mean, (i) => mean / (i + 1), 1);
}

/** Adds the probabilities of `k` and of the numbers beyond it, each of which is smaller than the one before. */
function sumFrom(k: number, mean: number, ratio: (i: number) => number, step: 1 | -1): number {
  let term = Math.exp(logProbability(k, mean));
  let sum = 0;
  for (let i = k; i >= 0 && term > SMALLEST; i += step) {
    sum += term;
    term *= ratio(i);
  }
  return Math.min(sum, 1);
}
