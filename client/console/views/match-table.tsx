import type { MatchQuality } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Panel } from '../parts/page.tsx';
import { Table } from '../parts/table.tsx';
import { wordFor } from '../words/word-for.ts';

type Row = MatchQuality['rows'][number];

/** For each destination a table: one row for each event, one column for each identifier. */
export function MatchTable({ rows }: { rows: readonly Row[] }) {
  const { words, format } = useConsole();
  const w = words.match;
  const byDestination = Object.entries(Object.groupBy(rows, ({ destination }) => destination));
  return byDestination.map(([destination, own = []]) => {
    const keys = [...new Set(own.flatMap(({ keys }) => keys.map(({ key }) => key)))];
    const title = own[0]?.title ?? destination;
    return (
      <Panel key={destination} title={w.of(title)} test={`match-${destination}`}>
        <Table<Row>
          caption={w.of(title)}
          narrow="scroll"
          rows={own}
          keyOf={({ event }) => event}
          columns={[
            { head: words.events.event, cell: ({ event }) => event },
            { head: w.delivered, kind: 'number', cell: ({ count }) => format.number(count) },
            ...keys.map((key) => ({
              head: wordFor(w.keys, key),
              kind: 'number' as const,
              cell: (row: Row) => <Share of={row.keys.find((one) => one.key === key)} />,
            })),
          ]}
        />
      </Panel>
    );
  });
}

/** A share with its course over the days as small bars. */
function Share({ of }: { of: Row['keys'][number] | undefined }) {
  const { format } = useConsole();
  if (!of) return <span class="soft">–</span>;
  return (
    <span class="share" data-level={of.share >= 0.9 ? 'high' : of.share >= 0.5 ? 'middle' : 'low'}>
      <svg class="spark" viewBox={`0 0 ${of.byDay.length * 4} 16`} aria-hidden="true">
        {of.byDay.map((share, index) => {
          const height = 1 + (share ?? 0) * 15;
          return <rect key={index} x={index * 4} y={16 - height} width="3" height={height} />;
        })}
      </svg>
      {format.percent(of.share)}
    </span>
  );
}
