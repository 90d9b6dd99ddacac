import { inEnglish } from '../../../shared/advice/notice.ts';
import type { Alert } from '../../../shared/operator-api/index.ts';
import type { Incident } from './kept.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** An incident as `GET /admin/alerts` shows it. */
export function toAlert({ id, rule, severity, shop, destination, code, values, ...times }: Incident): Alert {
  return {
    ...{ id, rule, severity, code, values },
    ...(shop !== undefined && { shop }),
    ...(destination !== undefined && { destination }),
    since: iso(times.openedAtMs),
    ...(times.endedAtMs !== undefined && { until: iso(times.endedAtMs) }),
    words: inEnglish({ code, values }),
  };
}

/** One message: its id stays the same however often it is sent. */
export interface Message {
  id: string;
  body: string;
}

/** `alert.opened` or `alert.ended` with the alert, as JSON. */
export function toMessage(incident: Incident): Message {
  const { id, endedAtMs, openedAtMs } = incident;
  const what = endedAtMs === undefined ? 'opened' : 'ended';
  const data = toAlert(incident);
  const timestamp = iso(endedAtMs ?? openedAtMs);
  return { id: `${id}_${what}`, body: JSON.stringify({ type: `alert.${what}`, timestamp, data }) };
}

/** The same for Slack's incoming webhooks. @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function toSlackMessage(incident: Incident): Message {
  const { rule, shop, destination, severity, endedAtMs } = incident;
  const { means, todo } = inEnglish(incident);
  const place = [shop, destination].filter((part) => part !== undefined).join(' · ');
  const state = endedAtMs === undefined ? severity : 'ended';
  const title = `Storebeacon: ${rule}${place === '' ? '' : ` (${place})`}: ${state}`;
  const lines = endedAtMs === undefined ? [means, todo] : [means];
  const markdown = [`*${escaped(title)}*`, ...lines.map(escaped)].join('\n');
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: markdown } }];
  return { ...toMessage(incident), body: JSON.stringify({ text: escaped(`${title}. ${means}`), blocks }) };
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
