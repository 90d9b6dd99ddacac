/** The same work, never twice at a time: whoever calls while it runs shares the one run that follows. */
export function oneAtATime<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  let following: Promise<Result> | undefined;
  const begin = () => {
    following = undefined;
    const mine = work().finally(() => {
      if (running === mine) running = undefined;
    });
    running = mine;
    return mine;
  };
  return () => {
    if (following) return following;
    if (!running) return begin();
    following = running.then(begin, begin);
    return following;
  };
}
