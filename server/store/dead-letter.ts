import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { DeadLetterReason } from '../../shared/reasons.ts';

export interface DeadLetter {
  id: number;
  consumer: string;
  event: ProtectedEvent;
  reason: DeadLetterReason;
  answer?: string;
  attempt: number;
  /** ISO 8601. */
  at: string;
}

/** The answer of dead letters with the reason `damaged`. */
export const DAMAGED = 'the stored event cannot be parsed';
