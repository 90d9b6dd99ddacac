import type { AlertRule } from '../../../shared/alert-rules.ts';

export type Severity = 'warning' | 'error';

/** What an alert is about. Without a shop: the process. */
export interface Subject {
  rule: AlertRule;
  shop?: string | undefined;
  /** By its name: `tiktok`, `tiktok:eu`. */
  destination?: string | undefined;
}

/** What a rule found. While it is found again and again it is one incident. */
export interface Finding extends Subject {
  severity: Severity;
  /** One sentence with the numbers; it holds nothing that a visitor can choose freely. */
  means: string;
  /** What was measured, and what was expected. */
  value?: number;
  baseline?: number;
  /** How many hours back the rule looked: the baseline of an incident ends before them. */
  windowHours?: number;
}

/** One text for each subject. Names of shops and destinations hold no line feed. */
export const subjectKey = ({ rule, shop = '', destination = '' }: Subject) =>
  [rule, shop, destination].join('\n');
