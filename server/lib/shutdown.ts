/** Closes what was opened, once, newest first: each of it, also where one fails; then rejects with the first failure. */
export interface Shutdown {
  (): Promise<void>;
  onShutdown(step: () => Promise<void>): void;
}

export function createShutdown(): Shutdown {
  const steps: (() => Promise<void>)[] = [];
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    const failures: unknown[] = [];
    for (const step of steps.reverse()) await step().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  return Object.assign(() => (closed ??= closeAll()), {
    onShutdown: (step: () => Promise<void>) => void steps.push(step),
  });
}
