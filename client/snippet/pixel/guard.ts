/** Nothing of ours may throw into a sandbox, neither at once nor later. What fails is undefined. */
export const guard =
  <A extends unknown[], R>(action: (...args: A) => R) =>
  async (...args: A): Promise<Awaited<R> | undefined> => {
    try {
      return await action(...args);
    } catch {
      return undefined;
    }
  };

export const wait = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));
