import pg from 'pg';

export type Query = <Row extends pg.QueryResultRow = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<Row[]>;

/** Statements on a connection of their own, which ends with `work`. */
export async function withClient<Result>(
  connectionString: string,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(
      async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
        const { rows } = await client.query<Row>(text, [...values]);
        return rows;
      },
    );
  } finally {
    await client.end();
  }
}

/** One statement. */
export const query = <Row extends pg.QueryResultRow = Record<string, unknown>>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> => withClient(url, (ask) => ask<Row>(text, values));
