import type { ProtectedEvent, Source } from '../../shared/protected-event.ts';
import type { Stage } from './stages.ts';

/** One report of an order. `part`: the refund's id; empty for every other stage. */
export interface Report {
  source: Source;
  stage: Stage;
  part: string;
  event: ProtectedEvent;
}

/** How strong each voice is. A weaker one never replaces what a stronger one reported. */
export const STRENGTH: Readonly<Record<Source, number>> = { browser: 0, server: 1, platform: 2, operator: 3 };

/** True for voices that prove who they are: a server key, a signature, the admin token. */
export const isTrusted = (source: Source): boolean => source !== 'browser';

/**
 * The reports whose content counts: those of the strongest voice, newest first. Of one stage and refund a later report
 * replaces an earlier one, so there is one of each.
 */
export function decisive<One extends { source: Source; atMs: number }>(reports: readonly One[]): One[] {
  const strongest = Math.max(...reports.map(({ source }) => STRENGTH[source]));
  return reports.filter(({ source }) => STRENGTH[source] === strongest).sort((a, b) => b.atMs - a.atMs);
}
