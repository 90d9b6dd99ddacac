import type { ComponentChildren } from 'preact';

export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers stand at the right, so that digits align; sentences have the whole width of a card. */
  kind?: 'number' | 'time' | 'code' | 'sentence' | undefined;
  /** Left out where the table becomes cards. */
  isMinor?: boolean | undefined;
}

interface TableProps<T> {
  /** Read by screen readers before the table; shown with `isCaptionShown`. */
  caption: string;
  isCaptionShown?: boolean;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** Where a row leads. Its first cell is the link, and the whole row can be clicked. */
  hrefOf?: (row: T) => string | undefined;
  /** `cards` below 48 rem: one card for each row; `scroll`: the table scrolls in itself. */
  narrow?: 'cards' | 'scroll';
  test?: string;
}

const classOf = <T,>({ kind, isMinor }: Column<T>) =>
  [kind && `is-${kind}`, isMinor && 'is-minor'].filter(Boolean).join(' ') || undefined;

export function Table<T>({
  caption,
  columns,
  rows,
  keyOf,
  hrefOf,
  narrow = 'cards',
  ...rest
}: TableProps<T>) {
  const [first, ...others] = columns;
  if (!first) return null;
  const table = (
    <table class={narrow === 'cards' ? 'cards-narrow' : undefined} data-test={rest.test}>
      <caption class={rest.isCaptionShown ? undefined : 'unseen'}>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th scope="col" key={column.head} class={classOf(column)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const href = hrefOf?.(row);
          return (
            <tr key={keyOf(row)} class={href ? 'opens' : undefined} data-test="row">
              <th scope="row" class={classOf(first)}>
                {href ? <a href={href}>{first.cell(row)}</a> : first.cell(row)}
              </th>
              {others.map((column) => (
                <td key={column.head} class={classOf(column)} data-head={column.head}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
  return narrow === 'cards' ? (
    table
  ) : (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls in itself, which the keyboard must reach.
    <section class="scroll" aria-label={caption} tabIndex={0}>
      {table}
    </section>
  );
}
