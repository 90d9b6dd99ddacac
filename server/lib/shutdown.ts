/** Closes what was opened, once, newest first. */
export interface Closer {
  (): Promise<void>;
  later(step: () => Promise<void>): void;
}

export function createCloser(): Closer {
  const steps: (() => Promise<void>)[] = [];
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    for (const step of steps.reverse()) await step();
  };
  return Object.assign(() => (closed ??= closeAll()), {
    later: (step: () => Promise<void>) => void steps.push(step),
  });
}
