import type { FlowTotals, NodeTotals } from '../totals.ts';
import { baselineOf } from './baseline.ts';
import { flowTarget } from './dirty-targets.ts';
import { isKnown, memberCount, messageTotals, orderSums, whole } from './sums.ts';
import type { Db } from './tables.ts';

/** Everything counted for one flow. Undefined without any fact of it. */
export async function flowTotals(db: Db, shop: string, id: string): Promise<FlowTotals | undefined> {
  const target = flowTarget(id);
  if (!(await isKnown(db, shop, target))) return undefined;
  const base = await baselineOf(db, shop, target);
  const mine = { shop, flow: id };
  const orders = await orderSums(db, mine);
  const messages = await messageTotals(db, mine, (metric) => base.sum(`message-${metric}`));
  const messageNodes = await db
    .selectFrom('messages')
    .select('node')
    .distinct()
    .where((eb) => eb.and(mine))
    .execute();
  const nodes: NodeTotals[] = [];
  for (const node of [
    ...new Set([...base.dimensions(), ...messageNodes.map(({ node }) => node ?? '')]),
  ].sort()) {
    if (node === '') continue;
    const own = { ...mine, node };
    const sums = await orderSums(db, own);
    const sent = await messageTotals(db, own, (metric) => base.sum(`message-${metric}`, node));
    nodes.push({
      nodeId: node,
      newestAtMs: Math.max(base.newestMs(node), whole(sums?.newest), sent.newestMs),
      orders: whole(sums?.orders),
      amountHundredths: whole(sums?.amount),
      buyers: whole(sums?.buyers),
      messages: sent.totals,
    });
  }
  return {
    flowId: id,
    newestAtMs: Math.max(base.newestMs(), whole(orders?.newest), messages.newestMs),
    orders: whole(orders?.orders),
    amountHundredths: whole(orders?.amount),
    messages: messages.totals,
    journeys: await memberCount(db, shop, target, 'journey'),
    nodes,
  };
}
