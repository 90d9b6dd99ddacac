import { NEVER_REPLAYED } from '../../shared/advice/advice.ts';

/** Reasons of what would come to the same again. */
const POINTLESS: readonly string[] = ['already-sent', 'damaged'];

/** Events with this reason are not sent again, whatever an operator selects. */
export const isNeverReplayed = (reason: string | undefined): boolean =>
  reason !== undefined && [...NEVER_REPLAYED, ...POINTLESS].some((never) => never === reason);
