import type { Windows } from '../sqlite/dedup-keys.ts';
import { endMigration, type Places } from './begin.ts';
import { addRows, removeOthers } from './copy.ts';
import { mergeKeys } from './merge-keys.ts';
import { type Summary, summarize } from './rows.ts';
import type { Side } from './side.ts';
import { describeTables, type Table } from './tables.ts';

/** Two databases with the same tables. */
export interface Pair {
  source: Side;
  destination: Side;
}

/** @param rows that were worked on since the last call. */
export type OnProgress = (step: 'removing' | 'copying' | 'comparing', table: string, rows: number) => void;

export interface Compared {
  table: string;
  source: Summary;
  destination: Summary;
}

const tablesOf = ({ source, destination }: Pair): Table[] =>
  describeTables((source.engine === 'sqlite' ? source : destination).connection);

/**
 * Makes the destination's rows those of the source. Rows that are equal are read and not written, so it goes on where an earlier run ended,
 * and a run after one beside a collector writes what changed since.
 */
export function copyTables(pair: Pair, onProgress: OnProgress): void {
  const { source, destination } = pair;
  const tables = tablesOf(pair);
  for (const table of tables)
    removeOthers(source, destination, table, (rows) => onProgress('removing', table.name, rows));
  for (const table of tables)
    addRows(source, destination, table, (rows) => onProgress('copying', table.name, rows));
}

/** Reads every row of both. */
export function compareTables(pair: Pair, onProgress: OnProgress): Compared[] {
  return tablesOf(pair).map((table) => {
    const of = (side: Side) => summarize(side, table, (rows) => onProgress('comparing', table.name, rows));
    return { table: table.name, source: of(pair.source), destination: of(pair.destination) };
  });
}

export const isEqual = ({ source, destination }: Compared): boolean =>
  source.rows === destination.rows && source.digest === destination.digest;

/** What a start needs beside equal tables. */
export function completeCopy({ source, destination }: Places, windows: Windows): void {
  mergeKeys(destination, windows);
  const counters = source.counters();
  destination.transaction(() => destination.setCounters(counters));
  destination.finish();
}

/** After the tables were found equal. @param at ISO 8601. */
export function completeMigration(places: Places, windows: Windows, at: string): void {
  completeCopy(places, windows);
  endMigration(places, at);
}
