import type { Overview } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Facts } from '../parts/facts.tsx';
import { Panel } from '../parts/page.tsx';
import { Table } from '../parts/table.tsx';
import type { Words } from '../words/words.ts';

/** What a report to SHOPLINE is about: `marketing:<id>` or `flow:<id>`. */
function titleOf({ campaign, flow }: Words['statistics'], target: string): string {
  const [kind, id] = [target.slice(0, target.indexOf(':')), target.slice(target.indexOf(':') + 1)];
  if (kind === 'marketing') return campaign(id);
  return kind === 'flow' ? flow(id) : target;
}

/** What the store is, and what was reported to SHOPLINE. */
export function Storage({ overview: { storage, reports, indexedUntil } }: { overview: Overview }) {
  const { words, format } = useConsole();
  const w = words.overview;
  return (
    <div class="columns">
      <Panel title={w.storage}>
        {storage ? (
          <Facts
            of={[
              [w.durability, storage.synchronous],
              [w.gaps, format.number(storage.gaps)],
              [w.size, storage.bytes === undefined ? undefined : format.bytes(storage.bytes)],
              [w.searchLag, indexedUntil.lag === 0 ? w.upToDate : w.behind(format.number(indexedUntil.lag))],
            ]}
          />
        ) : (
          <p class="error-text">{w.storageAway}</p>
        )}
      </Panel>
      <Panel title={w.reports}>
        {reports.length === 0 ? (
          <p class="soft">{w.noReports}</p>
        ) : (
          <Table
            caption={w.reports}
            rows={reports}
            keyOf={({ shop, target }) => `${shop} ${target}`}
            columns={[
              { head: w.target, cell: ({ target }) => titleOf(words.statistics, target) },
              { head: words.common.time, kind: 'time', cell: ({ at }) => (at ? format.time(at) : '–') },
              { head: w.answer, cell: (report) => report.words ?? words.common.none },
            ]}
          />
        )}
      </Panel>
    </div>
  );
}
