import { z } from 'zod';
import { firstIssue } from '../issues.ts';
import { type ApiRequest, isObject, refuse, type ValidationResult } from '../stand-in.ts';

/** A script tag as the Admin API returns it. */
export interface ShoplineScriptTag {
  /** 24 hexadecimal digits. */
  id: string;
  src: string;
  event: 'onload';
  display_scope: 'online_store' | 'checkout' | 'all';
  created_at: string;
  updated_at: string;
}

const Src = z
  .string('must be text')
  .refine((src) => URL.parse(src)?.protocol === 'https:', 'must be an https: address');
const Fields = z.strictObject({
  src: Src,
  event: z.literal('onload', 'must be onload'),
  display_scope: z.enum(['online_store', 'checkout', 'all'], 'must be online_store, checkout or all'),
});
/** The document requires only `src` and names no defaults for the rest; here all three are required. */
const Created = z.strictObject({ script_tag: Fields });
const Updated = z.strictObject({ script_tag: Fields.partial() });

const limit = z.string().regex(/^([1-9]\d{0,2}|1000)$/, 'must be from 1 to 1000');
const FirstPage = z.strictObject({ limit, src: z.string().optional(), since_id: z.string().optional() });
/** A cursor contains its filters, so only the page size may accompany it. */
const NextPage = z.strictObject({ limit, page_info: z.string() });
const Cursor = z.strictObject({ src: z.string().optional(), after: z.string() });

const good = (answer: unknown): ValidationResult => ({ status: 200, answer, accepted: [], refused: [] });
const wrong = (status: number, why: string, item: unknown) => refuse(status, { errors: why }, [item], why);

/**
 * Lists, creates, changes and deletes the script tags of one shop.
 *
 * @param shop its tags may change at any time.
 * @param id the tag's id in the path; undefined on the path of the list.
 */
export function answerScriptTags(
  request: ApiRequest,
  shop: { scriptTags: ShoplineScriptTag[] },
  id: string | undefined,
  nowMs: number,
): ValidationResult {
  const { method, body } = request;
  if (id === undefined) return method === 'GET' ? list(request, shop.scriptTags) : create(body, shop, nowMs);
  const tag = shop.scriptTags.find((each) => each.id === id);
  if (!tag) return wrong(404, 'Not Found', body);
  if (method === 'PUT') return update(body, tag, nowMs);
  if (request.bytes > 0) return wrong(400, 'DELETE takes no body', body);
  shop.scriptTags = shop.scriptTags.filter((each) => each !== tag);
  // The official client ignores the body here.
  return good('');
}

function create(body: unknown, shop: { scriptTags: ShoplineScriptTag[] }, nowMs: number): ValidationResult {
  const issue = firstIssue(Created, body);
  if (issue) return wrong(422, `${issue.field}: ${issue.message}`, body);
  const at = new Date(nowMs).toISOString();
  const last =
    shop.scriptTags
      .map(({ id }) => id)
      .sort()
      .at(-1) ?? '61a75c4e9f8c201e6e9473df';
  const id = (BigInt(`0x${last}`) + 1n).toString(16).padStart(24, '0');
  const tag: ShoplineScriptTag = { id, ...Created.parse(body).script_tag, created_at: at, updated_at: at };
  shop.scriptTags = [...shop.scriptTags, tag];
  return good({ script_tag: { ...tag, cache: false } });
}

function update(body: unknown, tag: ShoplineScriptTag, nowMs: number): ValidationResult {
  const issue = firstIssue(Updated, body);
  if (issue) return wrong(422, `${issue.field}: ${issue.message}`, body);
  Object.assign(tag, Updated.parse(body).script_tag, { updated_at: new Date(nowMs).toISOString() });
  return good({ script_tag: tag });
}

function list({ path, query, headers }: ApiRequest, tags: readonly ShoplineScriptTag[]): ValidationResult {
  const { limit: size = '50', ...asked } = Object.fromEntries(new URLSearchParams(query));
  const issue = firstIssue('page_info' in asked ? NextPage : FirstPage, { limit: size, ...asked });
  if (issue) return wrong(422, `${issue.field}: ${issue.message}`, query);
  const first = { after: asked.since_id ?? '', ...(asked.src !== undefined && { src: asked.src }) };
  const cursor = 'page_info' in asked ? readCursor(asked.page_info) : first;
  if (!cursor) return wrong(422, 'page_info: unknown cursor', query);
  const left = tags
    .filter(({ id, src }) => id > cursor.after && (cursor.src === undefined || src === cursor.src))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const page = left.slice(0, Number(size));
  const last = page.at(-1);
  const next = new URLSearchParams({
    limit: size,
    page_info: pageInfo({ ...cursor, after: last?.id ?? '' }),
  });
  return {
    ...good({ script_tags: page }),
    ...(page.length < left.length && {
      headers: { Link: `<http://${headers.host}${path}?${next}>; rel="next"` },
    }),
  };
}

const pageInfo = (cursor: z.infer<typeof Cursor>) =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

function readCursor(text = ''): z.infer<typeof Cursor> | undefined {
  try {
    const given: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isObject(given) ? Cursor.safeParse(given).data : undefined;
  } catch {
    return undefined;
  }
}
