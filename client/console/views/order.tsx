import { useState } from 'preact/hooks';
import { adviceOf } from '../../../shared/advice/advice.ts';
import type { OrderAnswer } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { AdviceWords } from '../parts/advice-words.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { ConsentWords, OutcomeCell } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { ActionDialog } from './action-dialog.tsx';
import { attemptColumns } from './attempt-columns.ts';
import { ConsentRecords } from './consent-records.tsx';
import { OrderPill } from './order-pill.tsx';

/** One order: who reported it, what destinations were sent of it, under whose consent, and from which campaign it came. */
export function OrderView({ place }: { place: Place }) {
  const { api, shop, words } = useConsole();
  const id = place.path[1] ?? '';
  const [isAsking, setAsking] = useState(false);
  const found = useData(`${shop.id} ${id}`, (signal) =>
    api.get<OrderAnswer>(`admin/orders/${encodeURIComponent(id)}`, { shop: shop.id }, signal),
  );
  const w = words.orders;
  return (
    <Page
      title={w.title(id)}
      lead={<a href={hrefOf(['orders'], { shop: place.query.shop })}>{w.all}</a>}
      actions={
        <>
          <a class="button quiet" href={hrefOf(['events'], { shop: place.query.shop, order: id })}>
            {w.itsEvents}
          </a>
          {found.data && found.data.stages.length > 0 && (
            <button type="button" onClick={() => setAsking(true)} data-test="send-again">
              {words.actions.sendAgain}
            </button>
          )}
        </>
      }
    >
      {isAsking && (
        <ActionDialog
          action="replay"
          selection={{ order: id, shop: shop.id }}
          onClose={() => setAsking(false)}
          onDone={found.reload}
        />
      )}
      <Loading of={found}>{(answer) => <Order {...answer} place={place} />}</Loading>
    </Page>
  );
}

function Order({ place, ...answer }: OrderAnswer & { place: Place }) {
  const { shop, words, format, titleOf } = useConsole();
  const { order, names, reports, evidence, stages, consent, attribution } = answer;
  const w = words.orders;
  const advice = adviceOf(words.advice, order.state);
  const requests = stages
    .flatMap(({ stage, requests }) => requests.map((request) => ({ ...request, stage })))
    .map((request, index) => ({ ...request, key: String(index) }));
  const eventHref = (messageId: string) => hrefOf(['events', messageId], { shop: place.query.shop });
  return (
    <>
      <div class="cards">
        <Panel title={w.summary}>
          <Facts
            of={[
              [w.state, <OrderPill key="state" state={order.state} />],
              [w.total, order.total === undefined ? undefined : format.money(order.total, order.currency)],
              [words.common.time, format.time(order.at)],
              [w.names, <Names key="names" of={names} />],
              [w.id, stages.length > 0 && <code key="id">{order.id}</code>],
            ]}
          />
          {advice && (
            <p data-test="advice">
              <AdviceWords {...advice} />
            </p>
          )}
        </Panel>
        <Panel title={words.consent.title}>
          {consent.length === 0 && <p class="soft">{words.consent.noRecord}</p>}
          <ConsentRecords of={consent} place={place} />
        </Panel>
        <Panel title={w.attribution}>
          {Object.keys(attribution).length === 0 ? (
            <p class="soft">{w.noAttribution}</p>
          ) : (
            <Facts of={Object.entries(attribution)} />
          )}
        </Panel>
      </div>
      <Panel title={w.stages} test="stages">
        {stages.length === 0 ? (
          <p class="soft">{w.noStages}</p>
        ) : (
          <Table
            caption={w.stages}
            rows={stages}
            keyOf={({ stage, part }) => `${stage} ${part}`}
            hrefOf={({ messageId }) => messageId && eventHref(messageId)}
            columns={[
              {
                head: w.stage,
                cell: ({ stage, part }) => [words.stages[stage], part].filter(Boolean).join(' · '),
              },
              {
                head: words.common.time,
                kind: 'time',
                cell: ({ at }) => (at ? format.time(at) : '–'),
              },
              {
                head: w.total,
                kind: 'number',
                cell: ({ total }) => (total === undefined ? '–' : format.money(total, order.currency)),
              },
              ...shop.destinations.map(({ name }) => ({
                head: titleOf(name),
                cell: ({ outcomes }: (typeof stages)[number]) => (
                  <OutcomeCell outcomes={outcomes} destination={name} />
                ),
              })),
            ]}
          />
        )}
      </Panel>
      {requests.length > 0 && (
        <Panel title={w.requests} test="requests">
          <Table
            caption={w.requests}
            narrow="scroll"
            rows={requests}
            keyOf={({ key }) => key}
            columns={[
              { head: words.common.destination, cell: ({ destination }) => titleOf(destination) },
              { head: w.stage, cell: ({ stage }) => words.stages[stage] },
              ...attemptColumns(words, format),
            ]}
          />
        </Panel>
      )}
      {reports.length > 0 && (
        <Panel title={w.reports} test="reports">
          <Table
            caption={w.reports}
            rows={reports.map((report, index) => ({ ...report, index }))}
            keyOf={({ index }) => String(index)}
            columns={[
              {
                head: w.reportedBy,
                cell: ({ source }) => words.sources[source],
              },
              {
                head: w.stage,
                cell: ({ name, messageId }) => <a href={eventHref(messageId)}>{name}</a>,
              },
              {
                head: w.happened,
                kind: 'time',
                cell: ({ at }) => format.time(at),
              },
              {
                head: w.received,
                kind: 'time',
                cell: ({ receivedAt }) => format.time(receivedAt),
              },
              {
                head: w.total,
                kind: 'number',
                cell: ({ total, currency }) =>
                  total === undefined ? '–' : format.money(total, currency ?? order.currency),
              },
            ]}
          />
        </Panel>
      )}
      {evidence.length > 0 && (
        <Panel title={w.evidence} test="evidence">
          <p class="soft">{w.evidenceMore}</p>
          <Table
            caption={w.evidence}
            rows={evidence}
            keyOf={({ messageId }) => messageId}
            hrefOf={({ messageId }) => eventHref(messageId)}
            columns={[
              { head: w.stage, cell: ({ name }) => name },
              {
                head: w.received,
                kind: 'time',
                cell: ({ receivedAt }) => format.time(receivedAt),
              },
              {
                head: w.state,
                cell: ({ status }) => <OrderPill state={status} />,
              },
              {
                head: w.total,
                kind: 'number',
                cell: ({ total, currency }) => (total === undefined ? '–' : format.money(total, currency)),
              },
              {
                head: words.consent.title,
                cell: ({ consent }) => <ConsentWords consent={consent} />,
              },
              {
                head: words.events.page,
                isMinor: true,
                cell: ({ path }) => path && <span class="path">{path}</span>,
              },
            ]}
          />
        </Panel>
      )}
    </>
  );
}

/** Every id and number it was reported under; those that only a page used are marked. */
function Names({ of }: { of: OrderAnswer['names'] }) {
  const { words } = useConsole();
  return of.map(({ name, isTrusted }, index) => (
    <span key={name}>
      {index > 0 && words.common.comma}
      {name}
      {!isTrusted && <small class="soft">{words.common.inBrackets(words.orders.nameOfBrowser)}</small>}
    </span>
  ));
}
