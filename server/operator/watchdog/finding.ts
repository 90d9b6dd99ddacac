import type { AlertRule } from '../../../shared/alert-rules.ts';
import type { Notice } from '../../../shared/operator-api/index.ts';

export type Severity = 'warning' | 'error';

/** What an alert is about. Without a shop: the process. */
export interface Subject {
  rule: AlertRule;
  shop?: string | undefined;
  /** By its name: `tiktok`, `tiktok:eu`. */
  destination?: string | undefined;
}

/**
 * What a rule found. While it is found again and again it is one incident. Of its values `value` was measured and `baseline`
 * expected; none is what a visitor can choose freely.
 */
export interface Finding extends Subject, Notice {
  severity: Severity;
  /** How many hours back the rule looked: the baseline of an incident ends before them. */
  windowHours?: number;
}

/** One text for each subject. Names of shops and destinations hold no line feed. */
export const subjectKey = ({ rule, shop = '', destination = '' }: Subject) =>
  [rule, shop, destination].join('\n');
