/**
 * Runs `work` at most once in `ms`: calls during a run share it, and calls until `ms` after its start have its result. What
 * failed is not kept: the next call after it tries again.
 *
 * @param now in ms, of a clock that is never set back.
 */
export function remember<Result>(
  work: () => Promise<Result>,
  ms: number,
  now: () => number,
): () => Promise<Result> {
  let last: { result: Promise<Result>; atMs: number } | undefined;
  return () => {
    const atMs = now();
    if (last && atMs - last.atMs < ms) return last.result;
    const run = { result: work(), atMs };
    last = run;
    run.result.catch(() => {
      if (last === run) last = undefined;
    });
    return run.result;
  };
}
