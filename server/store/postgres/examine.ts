import pg from 'pg';
import type { Notice } from '../../../shared/operator-api/common.ts';
import { placeOf } from '../../lib/place-of.ts';
import { ANSWER_MS, clientOptions, types } from './client.ts';
import {
  type DatabaseFacts,
  FACTS,
  problemsOf,
  SCHEMA_FACTS,
  type SchemaFacts,
  VERSION_OF,
} from './facts.ts';
import { problemOf, unusable } from './problem-of.ts';

export interface Examined {
  place: string;
  /** What makes it unusable, each in words with what to do. */
  problems: readonly Notice[];
  /** Absent when it was not reached. */
  facts?: DatabaseFacts;
  /** How far its clock is ahead of this machine's, ms. */
  aheadMs?: number;
}

/** Asks a database whether a collector can work on it. Changes nothing, and keeps no connection. Never rejects. */
export async function examineDatabase(
  url: string,
  schema: string,
  now: () => number = Date.now,
): Promise<Examined> {
  const place = placeOf(url);
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({ ...clientOptions(url), types, query_timeout: ANSWER_MS }).on('error', () => {});
    await client.connect();
    const sentMs = now();
    const facts = await one<DatabaseFacts>(client, FACTS);
    const aheadMs = facts.nowMs - (sentMs + now()) / 2;
    const tables = await one<SchemaFacts>(client, SCHEMA_FACTS, schema);
    const version = tables.hasState ? await one<{ version: number }>(client, VERSION_OF(schema)) : undefined;
    return { place, facts, aheadMs, problems: problemsOf(place, facts, { schema, ...tables, ...version }) };
  } catch (error) {
    return { place, problems: [problemOf(url, error)] };
  } finally {
    await client?.end().catch(() => {});
  }
}

async function one<Row>(client: pg.Client, text: string, ...values: string[]): Promise<Row> {
  const { rows } = await client.query(text, values);
  return rows[0];
}

/** Before a collector opens it. @throws {DataDirUnusable} with every problem. */
export async function requireUsable(url: string, schema: string): Promise<void> {
  const { problems } = await examineDatabase(url, schema);
  if (problems.length > 0) throw unusable(problems);
}
