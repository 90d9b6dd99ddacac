import type { Consent } from '../../../shared/consent.ts';
import type { Message, Notice } from '../api.ts';
import { addRow, table } from './overlay.ts';
import { safely } from './safely.ts';

/** The header and fifty events. */
const MAX_ROWS = 51;
const STATES = { message: 'queued', held: 'held for consent', repeat: 'repeat, not sent' };

/** What the visitor allows. */
export let consent: Consent | undefined;
/** What was wrong with the last response; false or empty when nothing was. */
export let trouble: string | false = '';

interface Answer {
  message?: string;
  rejected?: { messageId: string; issues: { path: string; message: string }[] }[];
}

/** Adds or updates the row of an event. The first word of `state` is its CSS class. */
const enter = (
  source: string,
  { messageId = '', event, type, properties = {} }: Partial<Message>,
  state: string,
) => {
  const money = properties.value ?? properties.total ?? properties.revenue ?? properties.price;
  const amount = [properties.currency, money].join(' ');
  const row =
    table.rows.namedItem(messageId) || addRow(1, [Date().slice(16, 24), event || type, source, amount, '']);
  row.id = messageId;
  const cell = row.lastChild as Element;
  cell.className = cell.textContent = state;
  table.rows[MAX_ROWS]?.remove();
  console.log('storebeacon', row.textContent, messageId, properties);
};

const onAnswer = (status: number, text: string, body: string) => {
  const { message = '', rejected }: Answer = safely(JSON.parse)(text) || {};
  console.log('storebeacon', status, text);
  trouble =
    status === 200
      ? // A warning of the collector, in every answer until the visitor has chosen.
        text.includes('consent-default-differs') && 'data-consent is not CONSENT_DEFAULT.'
      : `${status || `No response: ad blocker, connect-src, or ${origin} missing from ALLOWED_ORIGINS.`} ${message}`;
  for (const message of JSON.parse(body).batch as Message[]) {
    const outcome =
      rejected
        ?.find((other) => other.messageId === message.messageId)
        ?.issues.map((issue) => `${issue.path} ${issue.message}`)
        .join('\n') || status;
    enter('previous page', message, `${outcome === 200 ? 'accepted' : 'rejected'} ${outcome}`);
  }
};

/** Shows a notice in the panel and in the browser's console. */
export const onNotice = (...[kind, first, second, third]: Notice) => {
  if (kind === 'error') console.warn('storebeacon', first);
  else if (kind === 'consent') consent = first;
  else if (kind === 'answer') onAnswer(first, second, third);
  else if (kind === 'repeat') enter(first, { event: second, properties: third }, STATES.repeat);
  else enter(first, second, STATES[kind]);
};
