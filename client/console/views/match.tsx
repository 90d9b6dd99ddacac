import type { MatchQuality } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Prose } from '../parts/prose.tsx';
import { Ranges } from '../parts/ranges.tsx';
import { Table } from '../parts/table.tsx';
import type { Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { wordFor } from '../words/word-for.ts';
import { MatchTable } from './match-table.tsx';

const MAX_GAPS = 6;

/** Which identifiers delivered events carry, the worst gap first. */
export function Match({ place }: { place: Place }) {
  const { api, shop, words, format, titleOf } = useConsole();
  const days = place.query.days ?? '7';
  const found = useData(`${shop.id} ${days}`, (signal) =>
    api.get<MatchQuality>('admin/match-quality', { shop: shop.id, days }, signal),
  );
  const w = words.match;
  return (
    <Page
      title={words.views.match}
      lead={w.lead}
      actions={
        <Ranges
          label={w.days}
          place={place}
          name="days"
          current={days}
          options={['7', '14', '35'].map((count) => [count, w.lastDays(count)])}
        />
      }
    >
      <Loading of={found}>
        {({ gaps, rows, duplicates }) =>
          rows.length === 0 ? (
            <Empty title={w.empty}>{w.emptyMore}</Empty>
          ) : (
            <>
              {gaps.length > 0 && (
                <Panel title={w.gaps} test="gaps">
                  <Table
                    caption={w.gaps}
                    rows={gaps.slice(0, MAX_GAPS)}
                    keyOf={({ destination, event, key }) => `${destination} ${event} ${key}`}
                    columns={[
                      { head: w.missingKey, cell: ({ key }) => wordFor(w.keys, key) },
                      { head: w.share, kind: 'number', cell: ({ share }) => format.percent(share) },
                      { head: w.without, kind: 'number', cell: ({ without }) => format.number(without) },
                      { head: words.common.destination, cell: ({ destination }) => titleOf(destination) },
                      { head: words.events.event, cell: ({ event }) => event },
                      {
                        head: w.advice,
                        kind: 'sentence',
                        cell: ({ key, advice }) => (
                          <span class="todo">
                            <Prose text={wordFor(words.advice.quality, key, advice)} />
                          </span>
                        ),
                      },
                    ]}
                  />
                </Panel>
              )}
              <MatchTable rows={rows} />
              {duplicates
                .filter((one) => one.shop === shop.id)
                .map(({ orders, joined, apart }) => (
                  <Panel key="duplicates" title={w.duplicates}>
                    <p>
                      {w.duplicatesMore(format.number(orders), format.number(joined), format.number(apart))}
                    </p>
                  </Panel>
                ))}
            </>
          )
        }
      </Loading>
    </Page>
  );
}
