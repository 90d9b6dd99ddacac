import type { ProtectedEvent } from '../../shared/protected-event.ts';

/** What a shop system asks to be erased, as it goes into the store. */
export interface RedactionRequest {
  kind: 'customer' | 'shop';
  /** Epoch ms: when it is carried out unless it is called off. Absent: it waits for an operator's confirmation. */
  dueAtMs?: number;
  /** Every topic that is read: under none but its own may the body have been received. */
  topics: readonly string[];
}

/** A redaction that waits, or what became of it. */
export interface Redaction {
  id: number;
  shop: string;
  kind: RedactionRequest['kind'];
  receivedAtMs: number;
  /** Absent: it waits for an operator's confirmation. */
  dueAtMs?: number;
  status: 'pending' | 'done' | 'cancelled';
  /** Present when it is done: whether anything was found. */
  isFound?: boolean;
  finishedAtMs?: number;
  /** Whom it is about; removed when it is finished. */
  event?: ProtectedEvent;
}

export interface RedactionStore {
  /** Newest first, at most 500; `dueAtMs`: only those that are due by then, oldest first. */
  redactions(query?: { dueAtMs?: number }): Promise<Redaction[]>;
  redaction(id: number): Promise<Redaction | undefined>;
  /** Makes a redaction due now. @returns false when it does not wait any more. */
  confirmRedaction(id: number): Promise<boolean>;
  /** Ends a redaction, once. `isFound` absent: it was called off. @returns false when it does not wait any more. */
  finishRedaction(id: number, isFound?: boolean): Promise<boolean>;
}
