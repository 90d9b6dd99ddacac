import { adviceOf } from '../../../shared/advice/advice.ts';
import type { EventAnswer } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { AdviceWords } from '../parts/advice-words.tsx';
import { Json } from '../parts/code.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { ConsentWords } from '../parts/state.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { ConsentRecords } from './consent-records.tsx';
import { Delivery } from './delivery.tsx';
import { OrderPill } from './order-pill.tsx';
import { Steps } from './steps.tsx';

/** One event from the page to each destination's answer. */
export function EventView({ place }: { place: Place }) {
  const { api, shop, words } = useConsole();
  const id = place.path[1] ?? '';
  const found = useData(`${shop.id} ${id}`, (signal) =>
    api.get<EventAnswer>(`admin/events/${encodeURIComponent(id)}`, { shop: shop.id }, signal),
  );
  return (
    <Page
      title={found.data?.row.name ?? words.views.events}
      lead={<a href={hrefOf(['events'], { shop: place.query.shop })}>{words.events.all}</a>}
    >
      <Loading of={found}>{(answer) => <Event {...answer} place={place} reload={found.reload} />}</Loading>
    </Page>
  );
}

function Event({ place, reload, ...answer }: EventAnswer & { place: Place; reload: () => void }) {
  const { words, format } = useConsole();
  const { row, event, captured, evidence, deliveries } = answer;
  const advice = evidence && adviceOf(words.advice, evidence.status);
  const orderId = row.orderId ?? evidence?.orderId;
  const w = words.events;
  const { shop } = place.query;
  const identity = (event.identity ?? {}) as Readonly<Record<string, unknown>>;
  const visitor = [identity.userId, identity.anonymousId].find((id) => typeof id === 'string');
  return (
    <div class="columns is-event">
      <div>
        <Panel title={w.timeline} test="timeline">
          <Steps answer={answer} />
        </Panel>
        <Panel title={w.facts}>
          <Facts
            of={[
              [
                w.messageId,
                <code class="id" key="id">
                  {row.messageId}
                </code>,
              ],
              [
                w.orderId,
                orderId && (
                  <a href={hrefOf(['orders', orderId], { shop })} key="order">
                    {orderId}
                  </a>
                ),
              ],
              [w.value, row.value === undefined ? undefined : format.money(row.value, row.currency)],
              [w.source, words.sources[row.source]],
              [w.page, captured.page && <span class="path">{captured.page}</span>],
              [w.referrer, captured.referrer && <span class="path">{captured.referrer}</span>],
              [words.consent.said, <ConsentWords key="said" consent={row.consent} />],
              [words.consent.today, <ConsentWords key="today" consent={answer.consentToday} />],
              [words.consent.recorded, <Recorded key="recorded" of={answer.consentRecords} place={place} />],
              [
                w.visitor,
                visitor && (
                  <a class="id" href={hrefOf(['visitors', visitor as string], { shop })} key="visitor">
                    {visitor as string}
                  </a>
                ),
              ],
            ]}
          />
        </Panel>
        <details class="panel more">
          <summary>{w.stored}</summary>
          <Json label={w.stored} value={event} />
        </details>
      </div>
      <div>
        {evidence && (
          <Panel title={words.orders.evidence} test="evidence">
            <p>
              <OrderPill state={evidence.status} />
            </p>
            {advice && (
              <p>
                <AdviceWords {...advice} />
              </p>
            )}
          </Panel>
        )}
        {deliveries.length === 0 && <p class="soft">{w.noDestination}</p>}
        {deliveries.map((delivery) => (
          <Delivery
            key={delivery.destination}
            delivery={delivery}
            messageId={row.messageId}
            eventShop={row.shop}
            reload={reload}
          />
        ))}
      </div>
    </div>
  );
}

function Recorded({ of, place }: { of: EventAnswer['consentRecords']; place: Place }) {
  const { words } = useConsole();
  if (of.length === 0) return <span class="soft">{words.consent.unrecorded}</span>;
  return <ConsentRecords of={of} place={place} />;
}
