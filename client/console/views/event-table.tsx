import type { EventRow } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { OutcomeCell } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { hrefOf } from '../place.ts';

interface EventTableProps {
  rows: readonly EventRow[];
  /** Of the address, kept in the links. */
  shop: string | undefined;
  caption: string;
}

/** A list of events with one column for each destination. */
export function EventTable({ rows, shop: shopOfPlace, caption }: EventTableProps) {
  const { shop, words, format, titleOf } = useConsole();
  const w = words.events;
  return (
    <Table<EventRow>
      caption={caption}
      test="events"
      rows={rows}
      keyOf={({ messageId }) => messageId}
      hrefOf={({ messageId }) => hrefOf(['events', messageId], { shop: shopOfPlace })}
      columns={[
        { head: w.event, cell: titleOfEvent },
        { head: w.received, kind: 'time', cell: ({ receivedAt }) => format.time(receivedAt) },
        {
          head: w.about,
          cell: ({ orderId, path, value, currency }) => (
            <span class="about">
              {orderId && <span>{w.order(orderId)}</span>}
              {value !== undefined && <span>{format.money(value, currency)}</span>}
              {!orderId && path && <span class="soft path">{path}</span>}
            </span>
          ),
        },
        { head: w.source, isMinor: true, cell: ({ source }) => words.sources[source] },
        ...shop.destinations.map(({ name }) => ({
          head: titleOf(name),
          cell: ({ outcomes }: EventRow) => <OutcomeCell outcomes={outcomes} destination={name} />,
        })),
      ]}
    />
  );
}

/** A message that is no track event has its type beside its name, unless that is its name. */
const titleOfEvent = ({ name, type }: EventRow) =>
  type === 'track' || name.toLowerCase() === type ? name : `${name} (${type})`;
