import { useState } from 'preact/hooks';
import type { EventList, Visitor, VisitorList } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { ConsentWords } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { EraseDialog } from './erase-dialog.tsx';
import { EventTable } from './event-table.tsx';
import { VisitorLinks } from './visitor-links.tsx';

/** One person: what is held, what they said, how their ids are linked; export and erasure. */
export function VisitorView({ place }: { place: Place }) {
  const { api, shop, words, announce } = useConsole();
  const id = place.path[1] ?? '';
  const path = `admin/visitors/${encodeURIComponent(id)}`;
  const [isErasing, setErasing] = useState(false);
  const found = useData(`${shop.id} ${id}`, (signal) =>
    api.get<VisitorList>(path, { shop: shop.id }, signal),
  );
  const w = words.visitors;
  const visitor = found.data?.visitors[0];
  const isKnown = visitor && (visitor.ids.length > 0 || visitor.consents.length > 0);
  return (
    <Page
      title={w.title}
      lead={
        <>
          <span class="id">{id}</span>{' '}
          <a href={hrefOf(['visitors'], { shop: place.query.shop })}>{w.another}</a>
        </>
      }
      actions={
        isKnown && (
          <>
            <a
              class="button quiet"
              href={api.url(`${path}/export`, { shop: shop.id })}
              download="visitor.json"
              data-test="export"
            >
              {w.exportAll}
            </a>
            <button type="button" class="danger" onClick={() => setErasing(true)} data-test="erase">
              {w.erase}
            </button>
          </>
        )
      }
    >
      <Loading of={found}>
        {() =>
          isKnown ? (
            <Known visitor={visitor} id={id} place={place} />
          ) : (
            <Empty title={w.unknown}>{w.unknownMore}</Empty>
          )
        }
      </Loading>
      {isErasing && visitor && (
        <EraseDialog
          path={path}
          visitor={visitor}
          onClose={() => setErasing(false)}
          onDone={(text) => {
            announce(text);
            found.reload();
          }}
        />
      )}
    </Page>
  );
}

function Known({ visitor, id, place }: { visitor: Visitor; id: string; place: Place }) {
  const { words, format } = useConsole();
  const { consents } = visitor;
  const w = words.visitors;
  const said = consents.flatMap(({ id, history }) => history.map((entry) => ({ id, ...entry })));
  const newestFirst = said.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <>
      <div class="columns">
        <Panel title={w.today}>
          {consents.length === 0 && <p class="soft">{words.consent.noRecord}</p>}
          {consents.map(({ id, at, consent }) => (
            <p key={id}>
              <span class="id">{id}</span>
              <br />
              <ConsentWords consent={consent} /> <small class="soft">{format.time(at)}</small>
            </p>
          ))}
        </Panel>
        <VisitorLinks visitor={visitor} place={place} />
      </div>
      {newestFirst.length > 0 && (
        <Panel title={w.history} test="consent-history">
          <Table
            caption={w.history}
            rows={newestFirst.map((entry, index) => ({ ...entry, key: String(index) }))}
            keyOf={({ key }) => key}
            columns={[
              { head: w.saidAt, kind: 'time', cell: ({ at }) => format.time(at) },
              { head: w.said, cell: ({ consent }) => <ConsentWords consent={consent} /> },
              { head: words.events.source, cell: ({ source }) => words.sources[source] },
              {
                head: words.events.received,
                kind: 'time',
                cell: ({ receivedAt }) => format.time(receivedAt),
              },
              { head: w.id, kind: 'code', cell: ({ id }) => <span class="id">{id}</span> },
            ]}
          />
        </Panel>
      )}
      <VisitorEvents id={id} place={place} />
    </>
  );
}

function VisitorEvents({ id, place }: { id: string; place: Place }) {
  const { api, shop, words } = useConsole();
  // A digest is of an email or of a phone number; `q` finds either.
  const filter = { shop: shop.id, q: id };
  const found = useData(JSON.stringify(filter), (signal) =>
    api.get<EventList>('admin/events', { ...filter, limit: 20 }, signal),
  );
  return (
    <Panel
      title={words.views.events}
      aside={<a href={hrefOf(['events'], { shop: place.query.shop, q: id })}>{words.events.all}</a>}
    >
      <Loading of={found}>
        {({ events }) =>
          events.length === 0 ? (
            <p class="soft">{words.visitors.noEvents}</p>
          ) : (
            <EventTable rows={events} shop={place.query.shop} caption={words.views.events} />
          )
        }
      </Loading>
    </Panel>
  );
}
