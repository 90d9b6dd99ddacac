/** Wraps a function so that it never throws into the shop's page; undefined on error. */
export const safely =
  <A extends unknown[], R>(action: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return action(...args);
    } catch {}
    return undefined;
  };
