import type { FlowTotals, Synced } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Figures } from '../parts/facts.tsx';
import { Panel } from '../parts/page.tsx';
import { Table } from '../parts/table.tsx';
import { SyncPill, SyncWords } from './campaign-card.tsx';

/** What an automated flow of messages brought, and each of its messages. */
export function FlowCard({ totals, synced }: { totals: FlowTotals; synced: Synced | undefined }) {
  const { shop, words, format } = useConsole();
  const w = words.statistics;
  const money = (hundredths: number) => format.money(hundredths / 100, shop.currency);
  const { sent, delivered, opened, machineOpened, clicked } = totals.messages;
  const count = (head: string, of: keyof FlowTotals['messages']) => ({
    head,
    kind: 'number' as const,
    cell: ({ messages }: FlowTotals['nodes'][number]) => format.number(messages[of]),
  });
  return (
    <Panel title={w.flow(totals.flowId)} aside={<SyncPill synced={synced} />} test={`flow-${totals.flowId}`}>
      <Figures
        of={[
          [w.sales, money(totals.amountHundredths)],
          [w.orders, format.number(totals.orders)],
          [w.journeys, format.number(totals.journeys)],
          [w.sent, format.number(sent)],
          [w.delivered, format.number(delivered)],
          [w.opened, format.number(opened)],
          [w.machineOpened, format.number(machineOpened)],
          [w.clicked, format.number(clicked)],
        ]}
      />
      {totals.nodes.length > 0 && (
        <Table
          caption={w.messagesOf(totals.flowId)}
          rows={totals.nodes}
          keyOf={({ nodeId }) => nodeId}
          columns={[
            { head: w.message, kind: 'code', cell: ({ nodeId }) => nodeId },
            ...[count(w.sent, 'sent'), count(w.delivered, 'delivered'), count(w.opened, 'opened')],
            ...[count(w.machineOpened, 'machineOpened'), count(w.clicked, 'clicked')],
            { head: w.orders, kind: 'number', cell: ({ orders }) => format.number(orders) },
            { head: w.sales, kind: 'number', cell: ({ amountHundredths }) => money(amountHundredths) },
          ]}
        />
      )}
      <SyncWords synced={synced} />
    </Panel>
  );
}
