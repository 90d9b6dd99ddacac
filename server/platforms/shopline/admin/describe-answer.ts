import type { HttpResponse } from '../../../lib/http-client.ts';

const MAX_LENGTH = 300;

/** An answer in one line, `HTTP 403 {"errors":"…"} traceId …`, in parentheses after `summary` when there is one. */
export function describeAnswer({ status, headers, body }: HttpResponse, summary?: string): string {
  const text = body
    .slice(0, MAX_LENGTH)
    .replace(/<[^>]*>|\s+/g, ' ')
    .trim();
  const { traceid } = headers;
  const parts = [`HTTP ${status}`, text, traceid && `traceId ${traceid.slice(0, 100)}`].filter(Boolean);
  return summary === undefined ? parts.join(' ') : `${summary} (${parts.join(' ')})`;
}
