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

function sinceMs(from: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1000;
}
