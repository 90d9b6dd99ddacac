import type { ProtectedEvent } from '../../../../shared/protected-event.ts';
import type { Stage } from '../../../orders/stages.ts';

/** An event as an earlier version stored it. */
export type FormerEvent = ProtectedEvent & { orderName?: string; only?: 'statistics' };

/** The stage of an order that an event was sent for, by its key. */
export interface FormerStage {
  stage: Stage;
  /** Empty but for refunds. */
  part: string;
  /** The order's canonical id. */
  canonicalId: string;
  /** Under which name its delivered form was frozen. */
  frozenName: string;
}

const STAGES = [
  ['Order Completed', 'placed', ''],
  ['Order Updated', 'paid', ':paid'],
  ['Order Cancelled', 'cancelled', ':cancelled'],
] as const;

/** Undefined for an event that was no stage of an order, and for one that statistics alone counted. */
export function readFormerStage({ event, orderKey, orderName, only }: FormerEvent): FormerStage | undefined {
  if (orderKey === undefined || only !== undefined) return undefined;
  const frozenName = ` ${orderKey}`;
  if (event === 'Order Refunded' && orderKey.startsWith('refund:') && orderName !== undefined)
    return {
      stage: 'refunded',
      part: orderKey.slice('refund:'.length),
      canonicalId: orderName,
      frozenName,
    };
  const found = STAGES.find(([name, , ending]) => event === name && orderKey.endsWith(ending));
  if (!found || !orderKey.startsWith('order:')) return undefined;
  const [, stage, ending] = found;
  const canonicalId = orderKey.slice('order:'.length, orderKey.length - ending.length).trim();
  return { stage, part: '', canonicalId, frozenName: stage === 'placed' ? canonicalId : frozenName };
}

/** The keys under which an earlier version recorded that a stage was sent. */
export const formerKeyOf = (stage: Exclude<Stage, 'refunded' | 'updated'>, name: string): string =>
  stage === 'placed' ? `order:${name}` : `order:${name}:${stage}`;
