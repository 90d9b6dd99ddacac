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

/** Whose report it is, and when the collector received it. */
interface Ranked {
  source: Source;
  receivedAtMs: number;
}

/** For sorting: the strongest voice first; of one voice what was received last, which replaces what it reported before. */
export const byPrecedence = (a: Ranked, b: Ranked): number =>
  STRENGTH[b.source] - STRENGTH[a.source] || b.receivedAtMs - a.receivedAtMs;

/** The reports whose content counts: those of the strongest voice, what was received last first. */
export function decisive<One extends Ranked>(reports: readonly One[]): One[] {
  const [first, ...others] = [...reports].sort(byPrecedence);
  return first ? [first, ...others.filter(({ source }) => source === first.source)] : [];
}
