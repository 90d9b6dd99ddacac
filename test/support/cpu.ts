import { createHash } from 'node:crypto';

/**
 * CPU milliseconds of `work` on this thread, on average: unlike the clock, they do not depend on what else the machine
 * does. Not the least of several runs, because the kernel counts CPU time in steps of up to some milliseconds.
 */
export function cpuMsOf(work: () => unknown, runs = 5): number {
  const from = process.threadCpuUsage();
  for (let run = 0; run < runs; run++) work();
  return sinceMs(from) / runs;
}

/** As `cpuMsOf` for work that waits: what else this thread does meanwhile is counted with it. */
export async function cpuMsOfAsync(work: () => Promise<unknown>, runs = 5): Promise<number> {
  // Code that runs for the first time is compiled.
  await work();
  const from = process.threadCpuUsage();
  for (let run = 0; run < runs; run++) await work();
  return sinceMs(from) / runs;
}

/**
 * How many times as long as on the machine of the benchmarks this one takes now for work of the kind that messages cause: hashes,
 * JSON, a regular expression. At least 1: a promise of CPU time is no stricter on a faster machine.
 */
export function slowdown(): number {
  // Code that runs for the first time is compiled.
  referenceWork();
  return Math.max(1, cpuMsOf(referenceWork, 3) / REFERENCE_MS);
}

const REFERENCE_MS = 25;
const TEXT = JSON.stringify(
  Array.from({ length: 1_000 }, (_, index) => ({ [`name${index}`]: `${index} tea` })),
);

function referenceWork(): void {
  for (let time = 0; time < 20; time++) {
    const parsed = JSON.parse(TEXT) as object[];
    for (const item of parsed) createHash('sha256').update(JSON.stringify(item)).digest('hex');
    TEXT.replace(/\p{L}+(?=\d)/gu, (word) => word.toUpperCase());
  }
}

function sinceMs(from: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1000;
}
