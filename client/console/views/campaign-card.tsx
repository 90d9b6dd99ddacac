import type { MarketingTotals, Synced } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Figures } from '../parts/facts.tsx';
import { Panel } from '../parts/page.tsx';
import { Pill } from '../parts/state.tsx';

interface CampaignProps {
  totals: MarketingTotals;
  synced: Synced | undefined;
}

/** What one campaign brought. */
export function CampaignCard({ totals, synced }: CampaignProps) {
  const { shop, words, format } = useConsole();
  const w = words.statistics;
  const money = (hundredths: number) => format.money(hundredths / 100, shop.currency);
  const { spendHundredths: spend, amountHundredths: sales } = totals;
  return (
    <Panel
      title={w.campaign(totals.marketingEventId)}
      aside={<SyncPill synced={synced} />}
      test={`campaign-${totals.marketingEventId}`}
    >
      <Figures
        of={[
          [w.sales, money(sales)],
          [w.orders, format.number(totals.orders)],
          [w.paidOrders, format.number(totals.paidOrders)],
          [w.visitors, format.number(totals.visitors)],
          [w.landings, format.number(totals.landings)],
          [w.carts, format.number(totals.carts)],
          [w.checkouts, format.number(totals.checkouts)],
          [w.newBuyers, format.number(totals.newBuyers)],
          [w.oldBuyers, format.number(totals.buyers - totals.newBuyers)],
          ...(spend > 0
            ? ([
                [w.spend, money(spend)],
                [w.roas, format.number(sales / spend, 2)],
              ] as const)
            : []),
        ]}
      />
      <SyncWords synced={synced} />
    </Panel>
  );
}

export function SyncPill({ synced }: { synced: Synced | undefined }) {
  const { words } = useConsole();
  const w = words.statistics;
  if (!synced) return <Pill state="waiting">{w.notReported}</Pill>;
  return synced.error ? <Pill state="dead">{w.refused}</Pill> : <Pill state="delivered">{w.accepted}</Pill>;
}

export function SyncWords({ synced }: { synced: Synced | undefined }) {
  const { words, format } = useConsole();
  if (!synced) return null;
  return (
    <p class="soft">
      {words.statistics.reportedAt(format.time(synced.at))}
      {synced.error && ` ${words.common.quoted(synced.error)}`}
      {synced.traceId && (
        <>
          {' '}
          <code class="id">{synced.traceId}</code>
        </>
      )}
    </p>
  );
}
