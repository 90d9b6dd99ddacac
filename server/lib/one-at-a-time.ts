/** Runs `work` once at a time. Calls during a run share the one run that follows it. */
export function oneAtATime<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  let following: Promise<Result> | undefined;
  const begin = () => {
    following = undefined;
    const run = work().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  };
  return () => {
    if (following) return following;
    if (!running) return begin();
    following = running.then(begin, begin);
    return following;
  };
}
