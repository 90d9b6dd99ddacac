import { hash } from 'node:crypto';
import { DataDirUnusable } from '../errors.ts';
import { describeMark, readMark, removeMark, writeMark } from '../migration-mark.ts';
import { type Connection, prepare } from '../sqlite/prepare.ts';
import type { LogSide } from './side.ts';

export interface Places {
  source: LogSide;
  destination: LogSide;
}

/** Made at the first start of a collector, and at no other place again; undefined: none ever started. */
function logOf(connection: Connection): string | undefined {
  const key = prepare<{ value: string }>(
    connection,
    "SELECT value FROM facts WHERE name = 'witness-key'",
  ).get()?.value;
  return key === undefined ? undefined : hash('sha256', key);
}

/**
 * Marks the destination, so that no collector starts on it before it is complete.
 *
 * @param at ISO 8601.
 * @returns `completed`: an earlier run ended.
 * @throws {DataDirUnusable} when the destination holds anything but this log's copy, or the source is no place of a log.
 */
export function beginMigration({ source, destination }: Places, at: string): 'begun' | 'completed' {
  const log = logOf(source.connection);
  const own = readMark(source.connection);
  if (own?.state === 'copying') throw new DataDirUnusable(describeMark(own));
  if (log === undefined)
    throw new DataDirUnusable(`${source.place} holds an empty log: no collector ever started on it.`);
  const found = logOf(destination.connection);
  const mark = readMark(destination.connection);
  if (mark?.state === 'copying' && mark.log === log) return 'begun';
  if (own && !mark && found === log) return 'completed';
  if (own) throw new DataDirUnusable(describeMark(own));
  if (mark) throw new DataDirUnusable(describeMark(mark));
  if (found !== undefined) throw new DataDirUnusable(describeFull(destination.place));
  const { place: from } = source;
  const { place: to } = destination;
  destination.transaction(() => writeMark(destination.connection, { state: 'copying', from, to, log, at }));
  return 'begun';
}

export const describeFull = (place: string) =>
  `${place} holds data already. Name an empty place: a migration adds to none.`;

/**
 * The destination becomes the log, and the source says where it is. In this order, so that at no moment a collector can start on both.
 *
 * @param at ISO 8601.
 */
export function endMigration({ source, destination }: Places, at: string): void {
  const { place: from } = source;
  const { place: to } = destination;
  const log = logOf(source.connection) ?? '';
  source.transaction(() => writeMark(source.connection, { state: 'moved', from, to, log, at }));
  destination.transaction(() => removeMark(destination.connection));
}
