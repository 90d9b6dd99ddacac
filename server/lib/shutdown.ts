/** Closes what was opened, once, newest first. */
export interface Shutdown {
  (): Promise<void>;
  onShutdown(step: () => Promise<void>): void;
}

export function createShutdown(): Shutdown {
  const steps: (() => Promise<void>)[] = [];
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    for (const step of steps.reverse()) await step();
  };
  return Object.assign(() => (closed ??= closeAll()), {
    onShutdown: (step: () => Promise<void>) => void steps.push(step),
  });
}
