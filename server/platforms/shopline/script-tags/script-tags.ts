import { z } from 'zod';
import type { HttpResponse } from '../../../lib/http-client.ts';

import type { AdminApi, AdminCall } from '../admin/api.ts';
import { told } from '../admin/describe-answer.ts';
import { nextPage } from '../admin/next-page.ts';

/** Which pages load a script: the three checkout steps and the order status page, the storefront, or both. */
export const SCOPES = ['checkout', 'online_store', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

/** A script that the platform loads into the shop's pages, whoever installed it. */
export interface ScriptTag {
  id: string;
  src: string;
  /** One of `SCOPES`, as far as the documentation goes. */
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

/** SHOPLINE did not do what was asked. The message says why and what to do, in an operator's words. */
export class NotDone extends Error {
  override name = 'NotDone';
}

const PATH = 'store/script_tags.json';
/** Of at most 1,000, so that an answer stays small. */
const PAGE_SIZE = '250';
/** No shop has that many; only an answer that leads back to itself does. */
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
 * @throws {NotDone} and whatever `api` rejects with.
 * @see https://developer.shopline.com/docs/admin-rest-api/online-store/script-tag/query-script-tag-list (November 2026)
 */
export async function listScriptTags(api: AdminApi): Promise<ScriptTag[]> {
  const tags: ScriptTag[] = [];
  let query: AdminCall['query'] = { limit: PAGE_SIZE };
  for (let page = 0; query && page < MAX_PAGES; page++) {
    const answer = await api.call({ method: 'GET', path: PATH, query });
    const list = List.safeParse(readGood(answer));
    if (!list.success) throw new NotDone(told(answer, 'SHOPLINE’s answer lists no script tags'));
    tags.push(...list.data.script_tags);
    query = nextPage(answer.headers.link);
  }
  if (query) throw new NotDone(`SHOPLINE’s list of script tags does not end after ${MAX_PAGES} pages`);
  return tags;
}

/**
 * Carries out one change. Needs the scope `write_script_tags`.
 *
 * @returns the id of the tag, new or old.
 * @throws {NotDone} and whatever `api` rejects with.
 */
export async function change(api: AdminApi, wanted: Change): Promise<string> {
  const answer = await api.call(callFor(wanted));
  const body = readGood(answer);
  // What a removal is answered is not documented, besides its status.
  if (wanted.kind === 'remove') return wanted.tag.id;
  const tag = One.safeParse(body).data?.script_tag;
  if (!tag) throw new NotDone(told(answer, 'SHOPLINE’s answer does not say which script tag it made'));
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

/** What an operator has to mend, or to wait for. */
const WORDS: Readonly<Record<number, string>> = {
  401: 'SHOPLINE refuses the access token: set SHOPLINE_ACCESS_TOKEN to a valid one',
  402: 'SHOPLINE has frozen the store',
  403: 'the access token may not do this: give its app the scopes read_script_tags and write_script_tags',
  404: 'SHOPLINE knows no such script tag or call: run this again, then look at SHOPLINE_HANDLE and SHOPLINE_API_VERSION',
  412: 'SHOPLINE takes the address of the script for a risk',
  422: 'SHOPLINE refuses what was sent',
  423: 'SHOPLINE has locked the store',
  429: 'SHOPLINE was asked too often: wait a minute and run this again',
  433: 'SHOPLINE blocks this address',
  434: 'SHOPLINE was asked too often: wait a minute and run this again',
  436: 'SHOPLINE’s security policy blocks this address',
};

/** @returns what the body says; undefined when it is not JSON. @throws {NotDone} unless the answer means success. */
function readGood(answer: HttpResponse): unknown {
  const { status } = answer;
  if (status >= 500) throw new NotDone(told(answer, 'SHOPLINE has trouble of its own: run this again later'));
  if (status < 200 || status >= 300) throw new NotDone(told(answer, WORDS[status] ?? 'SHOPLINE refuses'));
  const body = readJson(answer.body);
  // Some failures come as HTTP 200 around a code.
  const { code, message, errors } = Trouble.safeParse(body).data ?? {};
  const isBad = errors !== undefined || (message !== undefined && !GOOD_CODES.has(String(code ?? '200')));
  if (isBad) throw new NotDone(told(answer, WORDS[Number(code)] ?? 'SHOPLINE refuses'));
  return body;
}

const Trouble = z.object({ code: z.unknown(), message: z.unknown(), errors: z.unknown() }).partial();
const GOOD_CODES: ReadonlySet<string> = new Set(['200', '0', 'SUCCESS']);

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
