import { sqliteFault } from '../errors.ts';

/** One call waiting for a transaction. `writes`: it is worthless unless it reaches the disk. */
export interface Call {
  writes: boolean;
  run(): unknown;
}
export type Settled = { value: unknown } | { error: unknown };

/**
 * Runs many calls in one transaction, so that they share one fsync. When that fails because of one bad call, each is
 * tried alone and only the culprit fails; when the disk fails, every call that writes fails at once.
 *
 * @returns one answer per call, in order; every `value` is durable.
 */
export function commitTogether(
  transaction: <T>(work: () => T) => T,
  calls: readonly Call[],
): readonly Settled[] {
  try {
    return transaction(() => calls.map((call) => ({ value: call.run() })));
  } catch (error) {
    if (calls.length === 1) return [{ error }];
    const diskFailed = sqliteFault(error) !== undefined;
    return calls.flatMap((call) =>
      diskFailed && call.writes ? [{ error }] : commitTogether(transaction, [call]),
    );
  }
}
