/** Nothing of ours may throw into the shop's page. What went wrong is undefined. */
export const safely =
  <A extends unknown[], R>(action: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return action(...args);
    } catch {
      return undefined;
    }
  };
