import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Cost } from '../analytics/store.ts';
import { HttpError } from '../http/errors.ts';
import { toHundredths } from '../lib/decimal.ts';

const whole = () =>
  z.union(
    [z.int().nonnegative(), z.string().regex(/^\d*$/).transform(Number).pipe(z.int())],
    'wants a whole number from 0, such as 1200',
  );
/** Blank cells are read as absent. */
const Row = z.strictObject({
  marketing_event_id: z.union([z.string().trim().min(1).max(200), z.int().nonnegative().transform(String)], {
    error: 'wants the id of a marketing event, such as MA_6019932248291157288',
  }),
  day: z.iso.date('wants a day of the calendar, such as 2026-03-01'),
  spend: z.union([z.string(), z.number()]).transform(toHundredths).pipe(z.number()),
  impressions: whole().default(0),
  clicks: whole().default(0),
});
type Row = z.infer<typeof Row>;
const COLUMNS: readonly string[] = Object.keys(Row.shape);
const SPEND = 'wants an amount in major units from 0, such as 12.50';

/** One row as it was sent, with the number by which whoever sent it finds it. */
interface Sent {
  number: number;
  row: unknown;
}

/**
 * What advertising cost, day by day, as an operator sends it: CSV with a header, or JSON (`[…]` or `{"costs": […]}`).
 * Rows are numbered as a spreadsheet does, its header being row 1; those of JSON from 1.
 *
 * @param isCsv the sender says it is CSV. Otherwise the text decides: JSON begins with a bracket.
 * @throws {HttpError} 400 naming everything that is wrong, row by row.
 */
export function readCosts(text: string, isCsv: boolean): Cost[] {
  const body = text.replace(/^\uFEFF/, '');
  const sent = isCsv || !/^\s*[[{]/.test(body) ? readCsv(body) : readJson(body);
  const problems: string[] = [];
  const costs: Cost[] = [];
  const seen = new Map<string, number>();
  for (const { number, row } of sent) {
    const parsed = Row.safeParse(row);
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => `row ${number}: ${wordsOf(issue)}`));
      continue;
    }
    const cost = toCost(parsed.data);
    const key = JSON.stringify([cost.marketingEventId, cost.day]);
    const earlier = seen.get(key);
    if (earlier !== undefined) problems.push(`row ${number}: day: row ${earlier} says it already`);
    seen.set(key, number);
    costs.push(cost);
  }
  if (problems.length > 0) throw refusal(problems);
  return costs;
}

const toCost = ({ marketing_event_id, spend, ...row }: Row): Cost => ({
  marketingEventId: marketing_event_id,
  spendHundredths: spend,
  ...row,
});

/** Never the value itself: what was sent may be anything. */
function wordsOf({ code, path, message }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys') return `(row): has a field that is none of ${COLUMNS.join(', ')}`;
  if (path.length === 0) return '(row): wants an object';
  return `${path.join('.')}: ${path[0] === 'spend' ? SPEND : message}`;
}

function readJson(text: string): Sent[] {
  const rows = z.union([z.array(z.unknown()), z.strictObject({ costs: z.array(z.unknown()) })]);
  const parsed = rows.safeParse(parseJson(text));
  if (!parsed.success) throw refusal(['(body): wants [{…}, …] or {"costs": [{…}, …]}']);
  const list = Array.isArray(parsed.data) ? parsed.data : parsed.data.costs;
  return list.map((row, index) => ({ number: index + 1, row }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(['(body): is not JSON']);
  }
}

function readCsv(text: string): Sent[] {
  const [header, ...records] = parseCsv(text);
  if (!header) throw refusal([`(body): is empty; wants a header with ${COLUMNS.join(', ')}`]);
  const columns = header.cells.map((cell) => cell.toLowerCase());
  const problems = [
    ...columns
      .filter((name) => !COLUMNS.includes(name))
      .map(() => `has a column that is none of ${COLUMNS.join(', ')}`),
    ...COLUMNS.slice(0, 3)
      .filter((name) => !columns.includes(name))
      .map((name) => `${name} is missing`),
    ...(new Set(columns).size < columns.length ? ['names a column twice'] : []),
  ];
  if (problems.length > 0) throw refusal(problems.map((problem) => `row ${header.number}: ${problem}`));
  const uneven = records.filter(({ cells }) => cells.length !== columns.length);
  if (uneven.length > 0)
    throw refusal(
      uneven.map(
        ({ number, cells }) => `row ${number}: has ${cells.length} cells; the header has ${columns.length}`,
      ),
    );
  return records.map(({ number, cells }) => {
    const filled = columns.flatMap((name, index) => (cells[index] === '' ? [] : [[name, cells[index]]]));
    return { number, row: Object.fromEntries(filled) };
  });
}

/** Cells of every line that holds any. The header says what separates them: `,` or `;`, whichever it has more of. */
function parseCsv(text: string): { number: number; cells: string[] }[] {
  const [header = ''] = text.trimStart().split(/\r?\n|\r/, 1);
  const delimiter = header.split(';').length > header.split(',').length ? ';' : ',';
  try {
    const options = { delimiter, trim: true, info: true, relax_column_count: true };
    const records = parse(text, options) as unknown as { info: { lines: number }; record: string[] }[];
    return records
      .map(({ info, record }) => ({ number: info.lines, cells: record }))
      .filter(({ cells }) => cells.some((cell) => cell !== ''));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw refusal([`row ${Number(error.lines)}: its quotation marks do not match`]);
  }
}

const MAX_PROBLEMS = 100;

function refusal(problems: readonly string[]): HttpError {
  const more = problems.length - MAX_PROBLEMS;
  const details = more > 0 ? [...problems.slice(0, MAX_PROBLEMS), `… and ${more} more`] : problems;
  return new HttpError(400, 'malformed-body', 'The costs do not fit; nothing of them was applied.', {
    details,
  });
}
