import type { HttpResponse } from '../../../lib/http-client.ts';

const WORDS_MAX = 300;

/** What we make of an answer, and its own words in one line. */
export function told({ status, headers, body }: HttpResponse, ours?: string): string {
  const words = body
    .slice(0, WORDS_MAX)
    .replace(/<[^>]*>|\s+/g, ' ')
    .trim();
  const { traceid } = headers;
  const theirs = [`HTTP ${status}`, words, traceid && `traceId ${traceid.slice(0, 100)}`].filter(Boolean);
  return ours === undefined ? theirs.join(' ') : `${ours} (${theirs.join(' ')})`;
}
