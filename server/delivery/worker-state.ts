import { z } from 'zod';
import { readJson } from '../../shared/json.ts';
import type { WorkerStates } from '../store/worker-states.ts';

/** What a worker says of itself, for every collector to show. Its keys are stored. */
const WorkerState = z.object({
  /** Of its breaker. */
  breaker: z.enum(['closed', 'open', 'paused']),
  /** What became of events in the last hour, or since the worker began where that was later. */
  delivered: z.int(),
  dead: z.int(),
  /** Dead letters since three in a row were last delivered; undefined while they never were. */
  deadSinceAccepted: z.int().optional(),
});
export type WorkerState = z.infer<typeof WorkerState>;

/** Before a worker has said anything. */
const BEGINNING: WorkerState = { breaker: 'closed', delivered: 0, dead: 0 };

export const reportState = (log: WorkerStates, consumer: string, read: () => WorkerState): void =>
  log.reportState(consumer, () => JSON.stringify(read()));

/** Of the worker that delivers for the consumer, in whichever collector. */
export const readState = async (log: WorkerStates, consumer: string): Promise<WorkerState> =>
  WorkerState.safeParse(readJson(await log.stateOf(consumer))).data ?? BEGINNING;
