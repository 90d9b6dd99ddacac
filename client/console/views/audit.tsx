import type { AuditRow } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Table } from '../parts/table.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { wordFor } from '../words/word-for.ts';

const LIMIT = 100;

/** What operators did, newest first. */
export function Audit({ place }: { place: Place }) {
  const { api, words, format } = useConsole();
  const { before } = place.query;
  const found = useData(`${before}`, (signal) =>
    api.get<{ actions: AuditRow[] }>('admin/audit', { limit: LIMIT, before }, signal),
  );
  const w = words.audit;
  return (
    <Page title={words.views.audit} lead={w.lead}>
      <Loading of={found}>
        {({ actions }) =>
          actions.length === 0 ? (
            <Empty title={w.empty} />
          ) : (
            <>
              <Table
                caption={words.views.audit}
                test="audit"
                rows={actions}
                keyOf={({ id }) => String(id)}
                columns={[
                  {
                    head: words.common.time,
                    kind: 'time',
                    cell: ({ at }) => format.time(at),
                  },
                  {
                    head: w.action,
                    cell: ({ action, state }) => (
                      <>
                        {wordFor(w.actions, action)}
                        {state && <em>{words.common.inBrackets(w.states[state])}</em>}
                      </>
                    ),
                  },
                  { head: w.selection, cell: ({ selection }) => selection },
                  {
                    head: words.common.count,
                    kind: 'number',
                    cell: ({ count }) => (count === undefined ? '–' : format.number(count)),
                  },
                  { head: w.by, cell: ({ who }) => wordFor(w.who, who) },
                  { head: w.note, cell: ({ note }) => note ?? <span class="soft">{words.common.none}</span> },
                ]}
              />
              {actions.length === LIMIT && (
                <nav class="pages" aria-label={words.common.pages}>
                  <a class="button quiet" href={hrefOf(place.path, { before: String(actions.at(-1)?.id) })}>
                    {words.common.older}
                  </a>
                </nav>
              )}
            </>
          )
        }
      </Loading>
    </Page>
  );
}
