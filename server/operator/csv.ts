import { once } from 'node:events';
import type { Response } from 'express';

export type Cell = string | number | boolean | undefined;

/**
 * What a spreadsheet would take for a formula, in wide letters too, and after what it may take for the end of a cell: where
 * the comma is the decimal sign, a semicolon or a tab.
 */
const FORMULA = /(?<=^|[;\t\r\n])(?= ?[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\t\r\n])/g;
const NEEDS_QUOTES = /[",;\t\r\n']/;

/** A cell as RFC 4180 has it. An apostrophe stands before what a spreadsheet would calculate: it makes it text. */
export function csvCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell);
  const safe = text.replace(FORMULA, "'");
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** Sends rows as they come, no faster than the client reads them. */
export async function sendCsv(
  response: Response,
  name: string,
  header: readonly string[],
  rows: AsyncIterable<readonly Cell[]> | Iterable<readonly Cell[]>,
): Promise<void> {
  response
    .set('Content-Type', 'text/csv; charset=utf-8')
    .set('Content-Disposition', `attachment; filename="${name.replace(/[^\w.-]/g, '_')}.csv"`);
  response.write(csvLine(header));
  for await (const row of rows) {
    if (response.destroyed) return;
    if (!response.write(csvLine(row))) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
