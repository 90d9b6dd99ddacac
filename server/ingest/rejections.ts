import { isObject } from '../../shared/is-object.ts';
import { type Issue, MAX_ISSUES } from '../../shared/message.ts';
import { EVENT_NAMES, MESSAGE_TYPES } from '../../shared/names.ts';
import { sha256 } from '../privacy/hash.ts';
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
  /** Of the shop, ISO 3166-1 alpha-2, to recognise phones. */
  country: string;
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
  const { listed, country } = rejections;
  rejections.count++;
  if (listed.length >= MAX_LISTED) return;
  const further = listed.reduce((sum, { issues: those }) => sum + those.length - 1, 0);
  const shown = issues.slice(0, 1 + Math.min(MAX_ISSUES - 1, MAX_FURTHER_ISSUES - further));
  listed.push({
    index,
    messageId: textOf(value, 'messageId', (text) => safeText(text, country)),
    issues: shown.map((issue) => ({ ...issue, path: safeText(issue.path, country) })),
  });
}

const EVENTS: ReadonlySet<string> = new Set(EVENT_NAMES);
const TYPES: ReadonlySet<string> = new Set(MESSAGE_TYPES);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * How the first rejected message looked, for the log. Names that a sender made up may be those of people, so only known
 * ones are shown; a message id is, where it is a UUID, else the beginning of its SHA-256.
 */
export const describeFirst = ({ listed: [first], count }: Rejections, value: unknown) => ({
  rejected: count,
  type: textOf(value, 'type', (type) => (TYPES.has(type) ? type : 'unknown')),
  event: textOf(value, 'event', (event) => (EVENTS.has(event) ? event : 'unknown')),
  messageId: textOf(value, 'messageId', (id) => (UUID.test(id) ? id : `sha256:${sha256(id).slice(0, 12)}`)),
  issues: first?.issues.map(({ path, code }) => ({ path: loggedPath(path), code })),
});

/** Below these, names are the sender's. */
const OPEN_PATH = /\b(properties|traits|integrations|categoryPreferences)\..*/s;
const loggedPath = (path: string) => path.replace(OPEN_PATH, '$1.*');

function textOf(value: unknown, name: string, shown: (text: string) => string): string | undefined {
  const field = isObject(value) ? value[name] : undefined;
  return typeof field === 'string' ? shown(field) : undefined;
}

const safeText = (text: string, country: string) => redactText(text, country).slice(0, MAX_TEXT_LENGTH);
