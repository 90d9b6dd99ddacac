import type { Reconciliation as ReconciliationAnswer } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { AdviceWords } from '../parts/advice-words.tsx';
import { Filters } from '../parts/filters.tsx';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { reasonOf } from '../words/reason.ts';
import { addDays, dayIn, timeZoneOf } from './days.ts';

/** The shop's own paid orders of a day against what each destination accepted; every number leads to its orders. */
export function Reconciliation({ place }: { place: Place }) {
  const { api, shop, words, format } = useConsole();
  const timeZone = timeZoneOf(place.query.timeZone);
  const today = dayIn(timeZone, Date.now());
  const day = /^\d{4}-\d\d-\d\d$/.test(place.query.day ?? '')
    ? (place.query.day as string)
    : addDays(today, -1);
  const filter = { shop: shop.id, day, timeZone };
  const found = useData(JSON.stringify(filter), (signal) =>
    api.get<ReconciliationAnswer>('admin/reconciliation', filter, signal),
  );
  const w = words.reconciliation;
  const dayHref = (other: string) => hrefOf(place.path, { ...place.query, day: other });
  return (
    <Page
      title={words.views.reconciliation}
      lead={w.lead}
      actions={
        <a
          class="button quiet"
          href={api.url('admin/reconciliation', { ...filter, format: 'csv' })}
          download={`reconciliation-${day}.csv`}
        >
          {words.common.csv}
        </a>
      }
    >
      <div class="day-bar">
        <a class="button quiet" href={dayHref(addDays(day, -1))} aria-label={w.dayBefore}>
          ←
        </a>
        <Filters
          place={{ ...place, query: { ...place.query, day } }}
          fields={[{ name: 'day', label: w.day, kind: 'day' }]}
        />
        {day < today && (
          <a class="button quiet" href={dayHref(addDays(day, 1))} aria-label={w.dayAfter}>
            →
          </a>
        )}
        <strong data-test="day">{format.day(`${day}T12:00:00`)}</strong>
        <small class="soft">{w.zone(timeZone)}</small>
      </div>
      <Loading of={found}>
        {(answer) =>
          answer.orders.total + reported(answer.unjoined).length === 0 ? (
            <Empty title={w.empty}>{w.emptyMore}</Empty>
          ) : (
            <Day answer={answer} place={place} />
          )
        }
      </Loading>
    </Page>
  );
}

/** What there is of what only pages reported. */
const reported = (unjoined: ReconciliationAnswer['unjoined']) =>
  Object.entries(unjoined).filter(([, count]) => count > 0);

function Day({ answer, place }: { answer: ReconciliationAnswer; place: Place }) {
  const { words, format, shop } = useConsole();
  const { orders, unjoined, destinations, from, to } = answer;
  const w = words.reconciliation;
  const { colon, comma, stop } = words.common;
  const span = {
    shop: place.query.shop ?? shop.id,
    ...{ from, to },
  };
  const alone = reported(unjoined);
  const amounts = Object.entries(orders.amounts).map(([currency, amount]) => format.money(amount, currency));
  const link = (query: Record<string, string>, text: string) => (
    <a href={hrefOf(['orders'], { ...span, ...query })}>{text}</a>
  );
  return (
    <>
      <p class="sentence" data-test="orders-sentence">
        {link({ confirmed: 'yes' }, w.total(format.number(orders.total)))}
        {w.ofThem} {link({ state: 'paid' }, w.paid(format.number(orders.paid)))}
        {amounts.length > 0 && `${colon}${amounts.join(comma)}`}
        {stop}
      </p>
      {alone.length > 0 && (
        <p data-test="unjoined-sentence">
          {w.unjoined}{' '}
          {alone.map(([state, count], index) => (
            <span key={state}>
              {index > 0 && comma}
              {link({ state }, w.missing(format.number(count), reasonOf(words, state).title))}
            </span>
          ))}
          {stop}
        </p>
      )}
      <div class="cards">
        {destinations.map(({ destination, title, accepted, missing }) => {
          const isWhole = missing.length === 0;
          return (
            <Panel key={destination} title={title} test={`reconciled-${destination}`}>
              <p class="accepted">
                {link({ destination, outcome: 'delivered' }, format.number(accepted))}{' '}
                <span class="soft">{w.of(format.number(orders.paid))}</span>
              </p>
              <meter
                min={0}
                max={Math.max(orders.paid, 1)}
                value={accepted}
                aria-label={w.share(title, format.percent(orders.paid === 0 ? 1 : accepted / orders.paid))}
              />
              <p class={isWhole ? 'good-text' : undefined}>{isWhole ? w.whole : w.missingLead(title)}</p>
              <ul class="missing">
                {missing.map(({ reason, state, count, orders: examples }) => (
                  <li key={`${state} ${reason}`} data-test="missing">
                    {state === 'none' ? (
                      <strong>{w.missing(format.number(count), reasonOf(words, reason).title)}</strong>
                    ) : (
                      link(
                        { destination, outcome: state, ...(reason !== 'waiting' && { reason }) },
                        w.missing(format.number(count), reasonOf(words, reason).title),
                      )
                    )}
                    <p>
                      <AdviceWords {...reasonOf(words, reason)} />
                    </p>
                    <p class="examples">
                      {examples.map((id) => (
                        <a key={id} class="id" href={hrefOf(['orders', id], { shop: place.query.shop })}>
                          {id}
                        </a>
                      ))}
                    </p>
                  </li>
                ))}
              </ul>
            </Panel>
          );
        })}
      </div>
    </>
  );
}
