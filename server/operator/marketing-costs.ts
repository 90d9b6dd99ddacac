import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Cost } from '../analytics/store.ts';
import { HttpError } from '../http/errors.ts';
import { toHundredths } from '../lib/decimal.ts';

const whole = () =>
  z.union(
    [z.int().nonnegative(), z.string().regex(/^\d*$/).transform(Number).pipe(z.int())],
    'must be a whole number from 0, such as 1200',
  );
/** One row. Blank CSV cells are absent. */
const Row = z.strictObject({
  marketing_event_id: z.union([z.string().trim().min(1).max(200), z.int().nonnegative().transform(String)], {
    error: 'must be the id of a marketing event, such as MA_6019932248291157288',
  }),
  day: z.iso.date('must be a date, such as 2026-03-01'),
  spend: z.union([z.string(), z.number()]).transform(toHundredths).pipe(z.number()),
  impressions: whole().default(0),
  clicks: whole().default(0),
});
type Row = z.infer<typeof Row>;
const COLUMNS: readonly string[] = Object.keys(Row.shape);
const SPEND = 'must be an amount in major units from 0, such as 12.50';

/** One row as sent, with its number in the file or list. */
interface Sent {
  number: number;
  row: unknown;
}

/**
 * Parses daily advertising costs: CSV with a header, or JSON (`[…]` or `{"costs": […]}`). CSV rows are numbered as in a
 * spreadsheet, where the header is row 1; JSON rows from 1.
 *
 * @param isCsv the content type is CSV. Otherwise text that begins with a bracket is JSON, and any other is CSV.
 * @throws {HttpError} 400 naming every problem with its row, at most 100.
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
      problems.push(...parsed.error.issues.map((issue) => `row ${number}: ${describeIssue(issue)}`));
      continue;
    }
    const cost = toCost(parsed.data);
    const key = JSON.stringify([cost.marketingEventId, cost.day]);
    const earlier = seen.get(key);
    if (earlier !== undefined) problems.push(`row ${number}: day: already given in row ${earlier}`);
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

/** Does not repeat the received value. */
function describeIssue({ code, path, message }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys') return `(row): has an unknown field; known are ${COLUMNS.join(', ')}`;
  if (path.length === 0) return '(row): must be an object';
  return `${path.join('.')}: ${path[0] === 'spend' ? SPEND : message}`;
}

function readJson(text: string): Sent[] {
  const rows = z.union([z.array(z.unknown()), z.strictObject({ costs: z.array(z.unknown()) })]);
  const parsed = rows.safeParse(parseJson(text));
  if (!parsed.success) throw refusal(['(body): must be [{…}, …] or {"costs": [{…}, …]}']);
  const list = Array.isArray(parsed.data) ? parsed.data : parsed.data.costs;
  return list.map((row, index) => ({ number: index + 1, row }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(['(body): is not valid JSON']);
  }
}

function readCsv(text: string): Sent[] {
  const [header, ...records] = parseCsv(text);
  if (!header) throw refusal([`(body): is empty; it needs a header with ${COLUMNS.join(', ')}`]);
  const columns = header.cells.map((cell) => cell.toLowerCase());
  const problems = [
    ...columns
      .filter((name) => !COLUMNS.includes(name))
      .map(() => `has an unknown column; known are ${COLUMNS.join(', ')}`),
    ...COLUMNS.slice(0, 3)
      .filter((name) => !columns.includes(name))
      .map((name) => `${name} is missing`),
    ...(new Set(columns).size < columns.length ? ['has a duplicate column'] : []),
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

/** The lines that are not empty. The separator is `,` or `;`, whichever the header has more of. */
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
    throw refusal([`row ${Number(error.lines)}: quotation marks are not closed`]);
  }
}

const MAX_PROBLEMS = 100;

const refusal = (details: readonly string[]) =>
  new HttpError(400, 'malformed-body', 'The costs are invalid; none were applied.', {
    details,
    maxDetails: MAX_PROBLEMS,
  });
