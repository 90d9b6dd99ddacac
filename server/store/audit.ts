/** What an operator did. */
export const AUDIT_ACTIONS = [
  'replay',
  'discard',
  'erase',
  'export',
  'redaction-confirm',
  'redaction-cancel',
  'test-event',
  'costs',
  'login',
  'login-refused',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One action as it is recorded. */
export interface AuditEntry {
  action: AuditAction;
  /** What it was applied to, as text without personal data in clear; the first 500 characters are stored. */
  selection?: string;
  /** How many events or records it reached. */
  count?: number;
  /** The operator's own words; the first 500 characters are stored. */
  remark?: string;
  /** By the admin token, by a session of the console, or, of a refused login, nobody. */
  who: 'token' | 'session' | 'nobody';
}

export interface AuditRow extends AuditEntry {
  id: number;
  /** ISO 8601. */
  at: string;
  /** Of an action in steps that is not over, or that ended before its last: by an error, or with the process. */
  state?: 'running' | 'interrupted';
}

export interface AuditQuery {
  limit: number;
  /** The `id` of the last row of the page before. */
  before?: number;
}

/** The latest 10,000 actions of the last 400 days, at most 1,000 refused logins among them. */
export interface Audit {
  /** Resolves once it is durable. @throws {LogUnavailable} */
  addAudit(entry: AuditEntry): Promise<void>;
  /**
   * Records an action in steps before its first. What its steps reach is counted in their own transactions, so that the list
   * is right whenever the process ends. @returns its id. @throws {LogUnavailable}
   */
  beginAction(entry: Omit<AuditEntry, 'count'>): Promise<number>;
  /** Its last step is done, or none follows. @throws {LogUnavailable} */
  endAction(id: number, end: 'completed' | 'interrupted'): Promise<void>;
  /** Newest first. */
  audit(query: AuditQuery): Promise<AuditRow[]>;
}
