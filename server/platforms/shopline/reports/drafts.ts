import { createHash } from 'node:crypto';
import type { ZodType } from 'zod';
import type { ShopState, Synced } from '../../../analytics/state.ts';
import type { Flow, Shop, ShoplineAdmin } from '../../../config/config.ts';
import { judgeFlows, judgeMarketing } from './answers.ts';
import { FlowEntry, flowApp, MAX_FLOWS, nothingOfFlow, toFlowBody, toFlowEntry } from './flows.ts';
import { MarketingRow, toMarketingRow } from './marketing-events.ts';
import type { Call } from './send.ts';

export type Kind = 'marketing' | 'flow';

/** One target's totals as they would be sent now. */
export interface Draft {
  kind: Kind;
  id: string;
  /** `marketing:<id>` or `flow:<id>`. */
  target: string;
  item: unknown;
  /** Of all that is counted, without the time of this report, nor the nodes that are gone: they are missing already. */
  digest: string;
  /** Node ids that are in it and stay. */
  nodes: string[];
}

/** Why SHOPLINE would not understand it; undefined when nothing speaks against sending it. */
export function misfitOf({ kind, item }: Draft): string | undefined {
  const issue = SCHEMAS[kind].safeParse(item).error?.issues[0];
  return issue && `not sent: ${issue.path.join('.')}: ${issue.message}`;
}
const SCHEMAS: Record<Kind, ZodType> = { marketing: MarketingRow, flow: FlowEntry };

/** SHOPLINE documents no limit; this many keep an answer that is too small cheap to look into. */
const MAX_ROWS = 50;

export interface Drafts {
  calls: Record<Kind, Call>;
  /** False for a flow while the app it belongs to is not configured. */
  canReport(target: string): boolean;
  /** True when FLOWS differs from what was reported of this flow. */
  hasGone(row: Synced): boolean;
  /** Flows that FLOWS names, as targets. */
  configured(): string[];
  /** None for a target of which nothing is known and nothing is configured. */
  of(targets: readonly string[], known: ReadonlyMap<string, Synced>, nowMs: number): Promise<Draft[]>;
}

/** Reads totals and puts them in SHOPLINE's words. */
export function createDrafts(parts: {
  shop: Pick<Shop, 'id' | 'statistics'>;
  admin: ShoplineAdmin;
  state: Pick<ShopState, 'marketingTotals' | 'flowTotals'>;
}): Drafts {
  const { shop, admin, state } = parts;
  const app = flowApp(admin);

  async function marketing(ids: readonly string[], nowMs: number): Promise<Draft[]> {
    const found = ids.length > 0 ? await state.marketingTotals(shop.id, ids) : [];
    return found.map((totals) => ({
      kind: 'marketing',
      id: totals.marketingEventId,
      target: `marketing:${totals.marketingEventId}`,
      item: toMarketingRow(totals, nowMs),
      digest: digestOf(toMarketingRow(totals, 0)),
      nodes: [],
    }));
  }

  async function flows(
    ids: readonly string[],
    known: ReadonlyMap<string, Synced>,
    nowMs: number,
  ): Promise<Draft[]> {
    const found = ids.length > 0 ? await state.flowTotals(shop.id, ids) : [];
    const isOurs = (id: string) =>
      nodesOf(id) !== undefined || goneFrom(id, known.get(`flow:${id}`)?.nodes).length > 0;
    const quiet = ids.filter((id) => isOurs(id) && !found.some(({ flowId }) => flowId === id));
    return [...found, ...quiet.map(nothingOfFlow)].flatMap((totals): Draft[] => {
      const id = totals.flowId;
      const target = `flow:${id}`;
      const nodes = nodesOf(id);
      const gone = goneFrom(id, known.get(target)?.nodes);
      if (!nodes && gone.length === 0) return [];
      return [
        {
          kind: 'flow',
          id,
          target,
          item: toFlowEntry(totals, nodes ?? [], gone, nowMs),
          digest: digestOf(toFlowEntry(totals, nodes ?? [], [], 0)),
          nodes: (nodes ?? []).map(({ node_id }) => node_id),
        },
      ];
    });
  }

  /** undefined: FLOWS does not name this flow. */
  const nodesOf = (flowId: string): Flow['nodes'] | undefined =>
    shop.statistics.flows.find(({ flow_id }) => flow_id === flowId)?.nodes;
  /** Of the nodes that were reported, those FLOWS does not list there any more. */
  const goneFrom = (flowId: string, reported: readonly string[] = []): string[] => {
    const listed = new Set(nodesOf(flowId)?.map(({ node_id }) => node_id));
    return reported.filter((node) => !listed.has(node));
  };

  return {
    calls: {
      marketing: {
        path: 'sales/marketing_events/sync_data.json',
        maxItems: MAX_ROWS,
        body: (rows) => ({ marketing_activity_datas: rows }),
        judge: judgeMarketing,
      },
      flow: {
        path: 'sales/flow/batch_sync_flow_data.json',
        maxItems: MAX_FLOWS,
        body: (entries) => toFlowBody(app, entries),
        judge: judgeFlows,
      },
    },
    configured: () => (app ? shop.statistics.flows.map(({ flow_id }) => `flow:${flow_id}`) : []),
    canReport: (target) => isOf('marketing', target) || (app !== undefined && isOf('flow', target)),
    hasGone: ({ target, nodes }) => isOf('flow', target) && goneFrom(idOf(target), nodes).length > 0,
    async of(targets, known, nowMs) {
      const idsOf = (kind: Kind) => targets.filter((target) => isOf(kind, target)).map(idOf);
      return [...(await marketing(idsOf('marketing'), nowMs)), ...(await flows(idsOf('flow'), known, nowMs))];
    },
  };
}

export const isOf = (kind: Kind, target: string): boolean => target.startsWith(`${kind}:`);
const idOf = (target: string) => target.slice(target.indexOf(':') + 1);
const digestOf = (item: unknown) => createHash('sha256').update(JSON.stringify(item)).digest('hex');
