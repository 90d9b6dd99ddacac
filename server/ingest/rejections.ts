import { isObject } from '../../shared/is-object.ts';
import { type Issue, MAX_ISSUES } from '../../shared/message.ts';
import { redactText } from '../privacy/redact.ts';

/** A message that was not stored, as the answer lists it. Received values are not repeated. */
export interface Rejected {
  index: number;
  messageId: string | undefined;
  /** At most 20. */
  issues: Issue[];
}

/** Everything that was rejected of one request. */
export interface Rejections {
  count: number;
  /** At most 50, with 150 issues together. */
  listed: Rejected[];
}

/** Bound the answer and the log line that a small request can cause. */
const MAX_LISTED = 50;
const MAX_FURTHER_ISSUES = 100;
const MAX_TEXT_LENGTH = 100;

/** Of each listed message the first issue is kept, and further ones while there is room for them. */
export function addRejection(rejections: Rejections, index: number, value: unknown, issues: Issue[]): void {
  const { listed } = rejections;
  rejections.count++;
  if (listed.length >= MAX_LISTED) return;
  const further = listed.reduce((sum, { issues: those }) => sum + those.length - 1, 0);
  const shown = issues.slice(0, 1 + Math.min(MAX_ISSUES - 1, MAX_FURTHER_ISSUES - further));
  listed.push({
    index,
    messageId: safeField(value, 'messageId'),
    issues: shown.map((issue) => ({ ...issue, path: safeText(issue.path) })),
  });
}

/** How the first rejected message looked, for the log. */
export const describeFirst = ({ listed: [first], count }: Rejections, value: unknown) => ({
  rejected: count,
  type: safeField(value, 'type'),
  event: safeField(value, 'event'),
  messageId: first?.messageId,
  issues: first?.issues.map(({ path, code }) => ({ path, code })),
});

function safeField(value: unknown, name: string): string | undefined {
  const field = isObject(value) ? value[name] : undefined;
  return typeof field === 'string' ? safeText(field) : undefined;
}

const safeText = (text: string) => redactText(text).slice(0, MAX_TEXT_LENGTH);
