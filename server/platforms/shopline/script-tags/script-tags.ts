import { z } from 'zod';
import { readJson } from '../../../../shared/json.ts';
import { type ErrorKind, errorKindOf } from '../../../destinations/shopline/errors.ts';
import type { HttpResponse } from '../../../lib/http-client.ts';
import { OperatorError } from '../../../lib/operator-error.ts';
import { adviceFor } from '../admin/advice.ts';
import type { AdminApi, AdminCall } from '../admin/api.ts';
import { describeAnswer } from '../admin/describe-answer.ts';
import { nextPage } from '../admin/next-page.ts';

/** Pages that load a script: checkout steps and order status page, storefront, or both. */
export const SCOPES = ['checkout', 'online_store', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

/** A script that SHOPLINE loads into the shop's pages, installed by any app. */
export interface ScriptTag {
  id: string;
  src: string;
  /** By SHOPLINE's documentation one of `SCOPES`. */
  display_scope?: string | undefined;
}

export interface Wanted {
  src: string;
  scope: Scope;
}

export type Change =
  | { kind: 'install'; wanted: Wanted }
  | { kind: 'replace'; tag: ScriptTag; wanted: Wanted }
  | { kind: 'remove'; tag: ScriptTag };

/** SHOPLINE did not carry out a call. The message gives the reason and the remedy. */
export class ScriptTagError extends OperatorError {
  override name = 'ScriptTagError';
}

const PATH = 'store/script_tags.json';
/** SHOPLINE allows up to 1,000; a smaller page keeps answers small. */
const PAGE_SIZE = '250';
/** Guards against `Link` headers that lead in a circle. */
const MAX_PAGES = 100;

const Tag = z.object({
  id: z.string().min(1),
  src: z.string(),
  display_scope: z
    .string()
    .nullish()
    .transform((scope) => scope ?? undefined),
});
const List = z.object({ script_tags: z.array(Tag) });
const One = z.object({ script_tag: Tag });

/**
 * Every script tag of the shop. Needs the scope `read_script_tags`.
 *
 * @throws {ScriptTagError}, and `NoAnswer` from `api`.
 * @see https://developer.shopline.com/docs/admin-rest-api/online-store/script-tag/query-script-tag-list (November 2026)
 */
export async function listScriptTags(api: AdminApi): Promise<ScriptTag[]> {
  const tags: ScriptTag[] = [];
  let query: AdminCall['query'] = { limit: PAGE_SIZE };
  for (let page = 0; query && page < MAX_PAGES; page++) {
    const answer = await api.call({ method: 'GET', path: PATH, query });
    const list = List.safeParse(readSuccess(answer));
    if (!list.success)
      throw new ScriptTagError(describeAnswer(answer, 'SHOPLINE’s answer contains no list of script tags'));
    tags.push(...list.data.script_tags);
    query = nextPage(answer.headers.link);
  }
  if (query) throw new ScriptTagError(`SHOPLINE’s list of script tags does not end after ${MAX_PAGES} pages`);
  return tags;
}

/**
 * Carries out one change. Needs the scope `write_script_tags`.
 *
 * @returns the ID of the created, replaced or removed tag.
 * @throws {ScriptTagError}, and `NoAnswer` from `api`.
 */
export async function change(api: AdminApi, wanted: Change): Promise<string> {
  const answer = await api.call(callFor(wanted));
  const body = readSuccess(answer);
  // For a removal only the status is documented.
  if (wanted.kind === 'remove') return wanted.tag.id;
  const tag = One.safeParse(body).data?.script_tag;
  if (!tag)
    throw new ScriptTagError(describeAnswer(answer, 'SHOPLINE’s answer does not contain the script tag'));
  return tag.id;
}

function callFor(wanted: Change): AdminCall {
  if (wanted.kind === 'install') return { method: 'POST', path: PATH, body: bodyOf(wanted.wanted) };
  const path = `store/script_tags/${encodeURIComponent(wanted.tag.id)}.json`;
  return wanted.kind === 'replace'
    ? { method: 'PUT', path, body: bodyOf(wanted.wanted) }
    : { method: 'DELETE', path };
}

const bodyOf = ({ src, scope }: Wanted) => ({ script_tag: { src, event: 'onload', display_scope: scope } });

const SCOPES_NEEDED = 'read_script_tags and write_script_tags';
const RETRY_LATER = 'SHOPLINE answered with an error of its own: run this again later';
const RETRY_SOON = 'too many calls to SHOPLINE: wait a minute and run this again';

/** @returns the JSON of a success; undefined when it is not JSON. @throws {ScriptTagError} */
function readSuccess(answer: HttpResponse): unknown {
  const kind = errorKindOf(answer);
  if (kind === undefined) return readJson(answer.body);
  throw new ScriptTagError(describeAnswer(answer, reasonFor(kind, answer.status)));
}

function reasonFor(kind: ErrorKind, status: number): string {
  if (status >= 500 || kind === 'server-error' || kind === 'timeout') return RETRY_LATER;
  if (kind === 'throttled') return RETRY_SOON;
  if (status === 412) return 'SHOPLINE rates the address of the script as a risk';
  return adviceFor(kind, SCOPES_NEEDED) ?? 'SHOPLINE refuses what was sent';
}
