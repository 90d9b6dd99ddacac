import type { FlowBody, MarketingRow, Received, Sandbox } from '../../../server/sandbox/index.ts';
import type { FlowEntry } from './flow-entry.ts';
import type { Custom, MarketingRow as ExpectedRow } from './marketing-row.ts';
import type { Expected } from './reference.ts';

type Flow = FlowBody['flow_data_list'][number];
type SentCustom = NonNullable<MarketingRow['custom_sale_data_list']>[number];

/** Whether the request reports statistics. */
export const isReport = ({ path }: Pick<Received, 'path'>) => path.includes('/sales/');

/** The last report of each row, in the form of `Expected`: values that it allows are replaced by its own. */
export function lastOf(sandbox: Sandbox, expected: Expected, sinceMs: number): unknown {
  const { marketing, flows } = sandbox.reports();
  const rows = new Map(marketing.map((row) => [row.marketing_event_id, row]));
  const entries = new Map(flows.flatMap((body) => body.flow_data_list).map((flow) => [flow.flow_id, flow]));
  return {
    marketing: Object.fromEntries(
      [...rows].map(([id, row]) => [id, comparableRow(row, expected.marketing[id])]),
    ),
    flows: Object.fromEntries(
      [...entries].map(([id, entry]) => [id, comparableFlow(entry, expected.flows[id], sinceMs)]),
    ),
  };
}

const LISTS = ['custom_activity_engagement_list', 'custom_sale_data_list'] as const;

function comparableRow(row: MarketingRow, expected: ExpectedRow | undefined): unknown {
  if (!expected) return row;
  const lists = LISTS.map((list) => [list, comparableCustoms(row[list], expected[list])] as const);
  return { ...row, ...Object.fromEntries(lists) };
}

/** Half of the second decimal; the number of decimals is not defined. */
const TOLERANCE = 0.0051;

function comparableCustoms(sent: SentCustom[] | undefined, expected: readonly Custom[]): unknown {
  return sent?.map(({ name, type, value, tool_tips, ...others }) => {
    const expectedValue = expected.find((custom) => custom.name === name);
    const isRight = expectedValue?.values.some((one) => Math.abs(one - Number(value)) <= TOLERANCE) === true;
    const hasToolTips = tool_tips !== undefined && tool_tips.length > 0;
    return {
      name,
      type,
      values: isRight ? expectedValue?.values : value,
      ...others,
      ...(!hasToolTips && { tool_tips }),
    };
  });
}

/** Where nothing is counted, `occurred_on` is the time of the report; it is replaced by `undefined`. */
function comparableFlow(sent: Flow, expected: FlowEntry | undefined, sinceMs: number): unknown {
  const { delete_flow_node_data_list: deleted = [], flow_node_data_list: nodes = [], ...flow } = sent;
  const timed = (entry: { occurred_on: Flow['occurred_on'] }, expectedValue: Timed | undefined) => {
    const at = Number(entry.occurred_on);
    const isOfReport =
      expectedValue && expectedValue.occurred_on === undefined && at >= sinceMs && at <= Date.now();
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
