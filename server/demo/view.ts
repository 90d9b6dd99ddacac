import type { Statistics } from '../platforms/statistics.ts';
import type { Received } from '../sandbox/index.ts';
import { CAMPAIGNS, EMAIL_LINK, FLOW } from './sample.ts';

type Totals = Awaited<ReturnType<Statistics['totals']>>;

/** The data of the statistics page: all totals, with the titles of the demo's campaigns and flow. */
export function viewOf({ marketing, flows, synced }: Totals, received: readonly Received[]) {
  const syncOf = (target: string) => synced.find((row) => row.target === target) ?? null;
  const named = CAMPAIGNS.map(({ id, title, link }) => ({ id, title, link }));
  const others = marketing
    .filter(({ marketingEventId }) => !named.some(({ id }) => id === marketingEventId))
    .map(({ marketingEventId: id }) => ({ id, title: id, link: null }));
  const flow = flows.find(({ flowId }) => flowId === FLOW.id);
  return {
    campaigns: [...named, ...others].map((campaign) => ({
      ...campaign,
      totals: marketing.find(({ marketingEventId }) => marketingEventId === campaign.id) ?? null,
      synced: syncOf(`marketing:${campaign.id}`),
    })),
    flow: {
      id: FLOW.id,
      title: FLOW.title,
      link: EMAIL_LINK,
      totals: flow ?? null,
      nodes: FLOW.nodes.map(({ id, title }) => ({
        id,
        title,
        totals: flow?.nodes.find(({ nodeId }) => nodeId === id) ?? null,
      })),
      synced: syncOf(`flow:${FLOW.id}`),
    },
    calls: lastCalls(received),
  };
}

/** The latest report of each kind, as received by SHOPLINE, with its response. */
function lastCalls(received: readonly Received[]) {
  const kinds = ['/sales/marketing_events/sync_data.json', '/sales/flow/batch_sync_flow_data.json'];
  return kinds.flatMap((end) => {
    const call = received.findLast(({ path }) => path.endsWith(end));
    return call
      ? [{ at: call.at, path: call.path, body: call.body, status: call.status, answer: call.answer }]
      : [];
  });
}
