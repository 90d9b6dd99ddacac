import { z } from 'zod';
import { ALERT_RULES } from '../../../shared/alert-rules.ts';
import { readJson } from '../../../shared/json.ts';
import { Notice } from '../../../shared/operator-api/index.ts';
import type { Claim } from '../../store/jobs.ts';
import type { Store } from '../../store/store.ts';

/** From the first finding until nothing is found for a while. The values are those found first. Times in epoch ms. */
const Incident = Notice.extend({
  id: z.string(),
  rule: z.enum(ALERT_RULES),
  shop: z.string().optional(),
  destination: z.string().optional(),
  severity: z.enum(['warning', 'error']),
  openedAtMs: z.number(),
  lastFoundMs: z.number(),
  endedAtMs: z.number().optional(),
  /** Hours since 1970: its baseline ends before this one. */
  baselineEndHour: z.number(),
});
export type Incident = z.infer<typeof Incident>;
const Pending = z.object({ incident: Incident, attempts: z.int(), dueAtMs: z.number() });
export type Pending = z.infer<typeof Pending>;

/** What a watchdog knows beyond the life of its process. Without incidents of a version that kept them in another form. */
export const Kept = z.object({
  open: z.array(Incident).catch([]),
  ended: z.array(Incident).catch([]),
  /** Messages that were not accepted yet. */
  pending: z.array(Pending).catch([]),
});
export type Kept = z.infer<typeof Kept>;

const FACT = 'watchdog';
const NOTHING: Kept = { open: [], ended: [], pending: [] };

/** Nothing where it cannot be read: the watchdog begins anew then. */
export async function readKept(log: Pick<Store, 'readFact'>): Promise<Kept> {
  const text = await log.readFact(FACT);
  const kept = text === undefined ? undefined : Kept.safeParse(readJson(text));
  return kept?.data ?? NOTHING;
}

/** @returns false: another process watches now, and nothing is written. */
export const writeKept = (log: Pick<Store, 'writeFact'>, kept: Kept, claim: Claim): Promise<boolean> =>
  log.writeFact(FACT, JSON.stringify(kept), claim);
