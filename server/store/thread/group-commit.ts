import { storageFault } from '../errors.ts';

export type Settled = { value: unknown } | { error: unknown };

/**
 * Runs many calls in one transaction, so that they share one fsync. If it fails because of one call, each is tried
 * alone and only that one fails; if the disk fails, every call that writes fails at once, and if the database is away,
 * every call.
 *
 * @param runAll runs its calls in one transaction: all of them or nothing.
 * @returns one result per call, in order; every `value` is durable.
 */
export async function commitTogether<Call extends { writes: boolean }>(
  runAll: (calls: readonly Call[]) => unknown[] | Promise<unknown[]>,
  calls: readonly Call[],
): Promise<Settled[]> {
  try {
    return (await runAll(calls)).map((value) => ({ value }));
  } catch (error) {
    if (calls.length === 1) return [{ error }];
    const fault = storageFault(error);
    const settled: Settled[] = [];
    for (const call of calls) {
      if (fault === 'away' || (fault && call.writes)) settled.push({ error });
      else settled.push(...(await commitTogether(runAll, [call])));
    }
    return settled;
  }
}
