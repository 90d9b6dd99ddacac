import type { FlowBody, MarketingRow, Received, Sandbox } from '../../../server/sandbox/index.ts';
import type { FlowEntry } from './flow-entry.ts';
import type { Custom, MarketingRow as ExpectedRow } from './marketing-row.ts';
import type { Expected } from './reference.ts';

type Flow = FlowBody['flow_data_list'][number];
type SentCustom = NonNullable<MarketingRow['custom_sale_data_list']>[number];

/** Whether statistics are reported by it. */
export const isReport = ({ path }: Pick<Received, 'path'>) => path.includes('/sales/');

/** What was said last, in the form of what is expected: where that leaves room, what is right becomes the same. */
export function lastOf(sandbox: Sandbox, expected: Expected, sinceMs: number): unknown {
  const { marketing, flows } = sandbox.reports();
  const rows = new Map(marketing.map((row) => [row.marketing_event_id, row]));
  const entries = new Map(flows.flatMap((body) => body.flow_data_list).map((flow) => [flow.flow_id, flow]));
  return {
    marketing: Object.fromEntries(
      [...rows].map(([id, row]) => [id, settledRow(row, expected.marketing[id])]),
    ),
    flows: Object.fromEntries(
      [...entries].map(([id, entry]) => [id, settledFlow(entry, expected.flows[id], sinceMs)]),
    ),
  };
}

const LISTS = ['custom_activity_engagement_list', 'custom_sale_data_list'] as const;

function settledRow(row: MarketingRow, expected: ExpectedRow | undefined): unknown {
  if (!expected) return row;
  const lists = LISTS.map((list) => [list, settledCustoms(row[list], expected[list])] as const);
  return { ...row, ...Object.fromEntries(lists) };
}

/** Half of the last of two decimals: how many there are is nobody's promise. */
const TOLERANCE = 0.0051;

function settledCustoms(sent: SentCustom[] | undefined, expected: readonly Custom[]): unknown {
  return sent?.map(({ name, type, value, tool_tips, ...others }) => {
    const wanted = expected.find((custom) => custom.name === name);
    const isRight = wanted?.values.some((one) => Math.abs(one - Number(value)) <= TOLERANCE) === true;
    const isTold = tool_tips !== undefined && tool_tips.length > 0;
    return {
      name,
      type,
      values: isRight ? wanted?.values : value,
      ...others,
      ...(!isTold && { tool_tips }),
    };
  });
}

/** Of what nothing is known, the time is the report's. */
function settledFlow(sent: Flow, expected: FlowEntry | undefined, sinceMs: number): unknown {
  const { delete_flow_node_data_list: deleted = [], flow_node_data_list: nodes = [], ...flow } = sent;
  const timed = (entry: { occurred_on: Flow['occurred_on'] }, wanted: Timed | undefined) => {
    const at = Number(entry.occurred_on);
    const isOfReport = wanted && wanted.occurred_on === undefined && at >= sinceMs && at <= Date.now();
    return isOfReport ? { ...entry, occurred_on: undefined } : entry;
  };
  const wantedNode = (id: string) => expected?.flow_node_data_list.find(({ node_id }) => node_id === id);
  return {
    ...timed(flow, expected),
    flow_node_data_list: nodes.map((node) => timed(node, wantedNode(node.node_id))),
    ...(deleted.length > 0 && { deleted }),
  };
}
type Timed = { occurred_on: number | undefined };
