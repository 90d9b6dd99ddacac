import type { Store } from './store.ts';

/** What one collector does for all of them; per shop where a shop follows. */
export type Job =
  | 'retention'
  | 'redactions'
  | 'unconfirmed-orders'
  | 'watchdog'
  | 'search-index'
  | `order-polling:${string}`
  | `reports:${string}`
  | `token-renewal:${string}`;

/** Whether this process does the job now, for `runPeriodically`. */
export const claimOf =
  ({ claimJob }: Pick<Store, 'claimJob'>, job: Job) =>
  () =>
    claimJob(job);
