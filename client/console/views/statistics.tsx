import { useState } from 'preact/hooks';
import type { StatisticsAnswer, Synced } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Empty, Failure, Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { useData } from '../use-data.ts';
import { CampaignCard } from './campaign-card.tsx';
import { FlowCard } from './flow-card.tsx';

/** Campaigns and flows as they are counted, and what SHOPLINE answered to the report of each. */
export function Statistics() {
  const { api, shop, words, announce } = useConsole();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const found = useData(shop.id, (signal) =>
    api.get<StatisticsAnswer>('admin/statistics', { shop: shop.id }, signal),
  );
  const w = words.statistics;
  const report = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api.send('POST', 'admin/statistics/sync', undefined, { shop: shop.id });
      announce(w.reported);
      found.reload();
    } catch (cause) {
      setError(cause as Error);
    }
    setBusy(false);
  };
  return (
    <Page
      title={words.views.statistics}
      lead={w.lead}
      actions={
        <button type="button" onClick={report} disabled={isBusy} data-test="report-now">
          {isBusy ? w.reporting : w.reportNow}
        </button>
      }
    >
      {error && <Failure error={error} />}
      <Loading of={found}>
        {({ shops }) => {
          const { marketing = [], flows = [], synced = [] } = shops.find((one) => one.shop === shop.id) ?? {};
          const reportOf = (target: string): Synced | undefined =>
            synced.find((one) => one.target === target);
          if (marketing.length + flows.length === 0) return <Empty title={w.empty}>{w.emptyMore}</Empty>;
          return (
            <>
              <div class="cards">
                {marketing.map((totals) => (
                  <CampaignCard
                    key={totals.marketingEventId}
                    totals={totals}
                    synced={reportOf(`marketing:${totals.marketingEventId}`)}
                  />
                ))}
              </div>
              {flows.map((totals) => (
                <FlowCard key={totals.flowId} totals={totals} synced={reportOf(`flow:${totals.flowId}`)} />
              ))}
            </>
          );
        }}
      </Loading>
    </Page>
  );
}
