import type { Alert } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Pill } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { hrefOf } from '../place.ts';
import { useData } from '../use-data.ts';
import { useStream } from '../use-stream.ts';
import { noticeOf } from '../words/notice.ts';

/** What differs from the shop's own last days or needs an operator: as it is now, and what has ended. */
export function Alerts() {
  const shown = useConsole();
  const { api, shop, words, format, titleOf } = shown;
  const adviceOf = (alert: Alert) => noticeOf(shown, alert, alert.words);
  const found = useData(shop.id, (signal) => api.get<{ alerts: Alert[] }>('admin/alerts', {}, signal));
  const open = (found.data?.alerts ?? []).filter(({ until }) => until === undefined).length;
  useStream({ onStatus: ({ alerts }) => found.data && alerts !== open && found.reload() });
  const w = words.alerts;
  return (
    <Page title={words.views.alerts} lead={w.lead}>
      <Loading of={found}>
        {({ alerts }) => {
          const own = alerts.filter((alert) => alert.shop === undefined || alert.shop === shop.id);
          const ended = own.filter(({ until }) => until !== undefined);
          const now = own.filter(({ until }) => until === undefined);
          return (
            <>
              {now.length === 0 && <Empty title={w.empty}>{w.emptyMore}</Empty>}
              {now.map((alert) => (
                <article class={`notice is-${alert.severity}`} key={alert.id} data-test="alert">
                  <h2>
                    <Pill state={alert.severity === 'error' ? 'dead' : 'retry'}>
                      {w.severities[alert.severity]}
                    </Pill>
                    {alert.destination && `${titleOf(alert.destination)}${words.common.colon}`}
                    {adviceOf(alert).means}
                  </h2>
                  <p>{adviceOf(alert).todo}</p>
                  <p class="soft">
                    {w.since(format.time(alert.since))}
                    {alert.destination && (
                      <>
                        {' · '}
                        <a href={hrefOf(['events'], eventsOf(alert, shop.id))}>
                          {w.events(titleOf(alert.destination))}
                        </a>
                      </>
                    )}
                  </p>
                </article>
              ))}
              {ended.length > 0 && (
                <Panel title={w.ended}>
                  <Table
                    caption={w.ended}
                    rows={ended}
                    keyOf={({ id }) => id}
                    columns={[
                      { head: w.what, cell: (alert) => adviceOf(alert).means },
                      {
                        head: words.common.destination,
                        cell: ({ destination }) => destination && titleOf(destination),
                      },
                      { head: w.from, kind: 'time', cell: ({ since }) => format.time(since) },
                      { head: w.until, kind: 'time', cell: ({ until }) => until && format.time(until) },
                    ]}
                  />
                </Panel>
              )}
            </>
          );
        }}
      </Loading>
    </Page>
  );
}

const eventsOf = ({ destination, reason, since }: Alert, shop: string) => ({
  ...{ shop, destination, from: since },
  ...(reason && { reason }),
});
