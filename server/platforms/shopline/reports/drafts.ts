import { createHash } from 'node:crypto';
import type { ZodType } from 'zod';
import type { AnalyticsStore, Synced } from '../../../analytics/store.ts';
import type { Flow, Shop, ShoplineAdmin } from '../../../config/config.ts';
import { classifyFlows, classifyMarketing } from './classify.ts';
import { emptyFlow, FlowEntry, flowApp, MAX_FLOWS, toFlowBody, toFlowEntry } from './flows.ts';
import { MarketingRow, toMarketingRow } from './marketing-events.ts';
import type { Call } from './send.ts';

export type Kind = 'marketing' | 'flow';

/** The current totals of one target, ready to be sent. */
export interface Draft {
  kind: Kind;
  id: string;
  /** `marketing:<id>` or `flow:<id>`. */
  target: string;
  item: unknown;
  /** SHA-256 of all counts, without the time of this report and without removed nodes. */
  digest: string;
  /** Node ids in it, without removed ones. */
  nodes: string[];
  /** As `Synced` keeps it. */
  newestAtMs: Record<string, number>;
}

/** Why SHOPLINE's schema would refuse it; undefined when it may be sent. */
export function invalidReason({ kind, item }: Draft): string | undefined {
  const issue = SCHEMAS[kind].safeParse(item).error?.issues[0];
  return issue && `not sent: ${issue.path.join('.')}: ${issue.message}`;
}
const SCHEMAS: Record<Kind, ZodType> = { marketing: MarketingRow, flow: FlowEntry };

/** SHOPLINE documents no limit. A partly accepted call is repeated row by row, so calls are kept small. */
const MAX_ROWS = 50;

export interface Drafts {
  calls: Record<Kind, Call>;
  /** False for a flow while the app that owns it is not configured. */
  canReport(target: string): boolean;
  /** True when nodes of this flow were reported and FLOWS no longer lists them. */
  hasRemovedNodes(row: Synced): boolean;
  /** The flows of FLOWS, as targets. */
  configured(): string[];
  /** No draft for a target without totals that is not configured. */
  of(targets: readonly string[], known: ReadonlyMap<string, Synced>, nowMs: number): Promise<Draft[]>;
}

/** Reads totals and maps them to SHOPLINE's fields. */
export function createDrafts(parts: {
  shop: Pick<Shop, 'id' | 'statistics'>;
  admin: ShoplineAdmin;
  state: Pick<AnalyticsStore, 'marketingTotals' | 'flowTotals'>;
}): Drafts {
  const { shop, admin, state } = parts;
  const app = flowApp(admin);

  async function marketing(
    ids: readonly string[],
    known: ReadonlyMap<string, Synced>,
    nowMs: number,
  ): Promise<Draft[]> {
    const found = ids.length > 0 ? await state.marketingTotals(shop.id, ids) : [];
    return found.map((totals) => {
      const target = `marketing:${totals.marketingEventId}`;
      const newestAtMs = latest(known.get(target)?.newestAtMs, { '': totals.newestAtMs });
      return {
        kind: 'marketing',
        id: totals.marketingEventId,
        target,
        item: toMarketingRow({ ...totals, newestAtMs: newestAtMs[''] ?? 0 }, nowMs),
        digest: digestOf(toMarketingRow(totals, 0)),
        nodes: [],
        newestAtMs,
      };
    });
  }

  async function flows(
    ids: readonly string[],
    known: ReadonlyMap<string, Synced>,
    nowMs: number,
  ): Promise<Draft[]> {
    const found = ids.length > 0 ? await state.flowTotals(shop.id, ids) : [];
    const isOurs = (id: string) =>
      nodesOf(id) !== undefined || removedFrom(id, known.get(`flow:${id}`)?.nodes).length > 0;
    const idle = ids.filter((id) => isOurs(id) && !found.some(({ flowId }) => flowId === id));
    return [...found, ...idle.map(emptyFlow)].flatMap((totals): Draft[] => {
      const id = totals.flowId;
      const target = `flow:${id}`;
      const nodes = nodesOf(id);
      const removed = removedFrom(id, known.get(target)?.nodes);
      if (!nodes && removed.length === 0) return [];
      const newestAtMs = latest(
        known.get(target)?.newestAtMs,
        Object.fromEntries([
          ['', totals.newestAtMs],
          ...totals.nodes.map((node) => [node.nodeId, node.newestAtMs]),
        ]),
      );
      const reported = {
        ...totals,
        newestAtMs: newestAtMs[''] ?? 0,
        nodes: totals.nodes.map((node) => ({ ...node, newestAtMs: newestAtMs[node.nodeId] ?? 0 })),
      };
      return [
        {
          kind: 'flow',
          id,
          target,
          item: toFlowEntry(reported, nodes ?? [], removed, nowMs),
          digest: digestOf(toFlowEntry(totals, nodes ?? [], [], 0)),
          nodes: (nodes ?? []).map(({ node_id }) => node_id),
          newestAtMs,
        },
      ];
    });
  }

  /** undefined when FLOWS does not list this flow. */
  const nodesOf = (flowId: string): Flow['nodes'] | undefined =>
    shop.statistics.flows.find(({ flow_id }) => flow_id === flowId)?.nodes;
  /** The reported nodes that FLOWS no longer lists for this flow. */
  const removedFrom = (flowId: string, reported: readonly string[] = []): string[] => {
    const listed = new Set(nodesOf(flowId)?.map(({ node_id }) => node_id));
    return reported.filter((node) => !listed.has(node));
  };

  return {
    calls: {
      marketing: {
        path: 'sales/marketing_events/sync_data.json',
        maxItems: MAX_ROWS,
        body: (rows) => ({ marketing_activity_datas: rows }),
        classify: classifyMarketing,
      },
      flow: {
        path: 'sales/flow/batch_sync_flow_data.json',
        maxItems: MAX_FLOWS,
        body: (entries) => toFlowBody(app, entries),
        classify: classifyFlows,
      },
    },
    configured: () => (app ? shop.statistics.flows.map(({ flow_id }) => `flow:${flow_id}`) : []),
    canReport: (target) => isOf('marketing', target) || (app !== undefined && isOf('flow', target)),
    hasRemovedNodes: ({ target, nodes }) =>
      isOf('flow', target) && removedFrom(idOf(target), nodes).length > 0,
    async of(targets, known, nowMs) {
      const idsOf = (kind: Kind) => targets.filter((target) => isOf(kind, target)).map(idOf);
      return [
        ...(await marketing(idsOf('marketing'), known, nowMs)),
        ...(await flows(idsOf('flow'), known, nowMs)),
      ];
    },
  };
}

/** The time of a report never goes back, also when its newest event is cancelled or credited elsewhere. */
const latest = (
  reported: Record<string, number> = {},
  counted: Record<string, number>,
): Record<string, number> =>
  Object.fromEntries(
    Object.keys({ ...reported, ...counted })
      .map((id) => [id, Math.max(reported[id] ?? 0, counted[id] ?? 0)] as const)
      .filter(([, atMs]) => atMs > 0),
  );

export const isOf = (kind: Kind, target: string): boolean => target.startsWith(`${kind}:`);
const idOf = (target: string) => target.slice(target.indexOf(':') + 1);
const digestOf = (item: unknown) => createHash('sha256').update(JSON.stringify(item)).digest('hex');
