/** Wraps a function so that it never throws or rejects into the sandbox; undefined on error. */
export const guard =
  <A extends unknown[], R>(action: (...args: A) => R) =>
  async (...args: A): Promise<Awaited<R> | undefined> => {
    try {
      return await action(...args);
    } catch {}
    return undefined;
  };
