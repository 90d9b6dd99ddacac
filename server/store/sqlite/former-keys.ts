import type { OrderClaim } from '../../orders/claim.ts';
import type { Stage } from '../../orders/stages.ts';
import { type Dedup, formerMessageKey, orderKeyOf, type Windows } from './dedup-keys.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import { formerKeyOf } from './upgrade/former-keys.ts';

/** What a version without voices recorded as seen. It counts for every voice until it expires. */
export interface FormerKeys {
  hasMessage(shop: string, messageId: string, nowMs: number): boolean;
  /** Whether the stage of an order that pages may report, or a refund, was sent. */
  hasStage(shop: string, claim: OrderClaim, stage: Stage, nowMs: number): boolean;
}

const NONE: FormerKeys = { hasMessage: () => false, hasStage: () => false };

/** Costs nothing where the data directory was never upgraded, and once every key of before has expired. */
export function createFormerKeys({ connection }: OpenStore, dedup: Dedup, windows: Windows): FormerKeys {
  const upgraded = prepare<{ value: string }>(
    connection,
    "SELECT value FROM facts WHERE name = 'upgraded-at'",
  ).get();
  if (!upgraded) return NONE;
  const upgradedAtMs = Number(upgraded.value);
  return {
    hasMessage: (shop, messageId, nowMs) =>
      nowMs < upgradedAtMs + windows.retentionMs && dedup.has(shop, formerMessageKey(messageId), nowMs),
    hasStage(shop, { names, part }, stage, nowMs) {
      if (nowMs >= upgradedAtMs + windows.orderKeyMs || stage === 'updated') return false;
      const keys = stage === 'refunded' ? [`refund:${part}`] : names.map((name) => formerKeyOf(stage, name));
      return keys.some((key) => dedup.has(shop, orderKeyOf(key), nowMs));
    },
  };
}
