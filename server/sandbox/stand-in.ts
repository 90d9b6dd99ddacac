/** The three systems the sandbox stands in for. */
export type Api = 'tiktok' | 'customerio' | 'shopline';
export const APIS: readonly Api[] = ['tiktok', 'customerio', 'shopline'];

/** One request as it arrived, its body unpacked and parsed as far as possible. */
export interface ApiRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** Without its question mark; absent when there is none. */
  query?: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** JSON when `isJson`, else the text as it came. */
  body: unknown;
  isJson: boolean;
  /** Of the body after unpacking. */
  bytes: number;
}

/** One event (or, where a body holds no list, the body) that was not taken, and why in words. */
export interface Refusal {
  item: unknown;
  why: string;
}

/** What an API says to a request. `accepted` are the single events it took. */
export interface Verdict {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Text goes out as HTML, anything else as JSON. */
  answer: unknown;
  accepted: readonly unknown[];
  refused: readonly Refusal[];
  /** What it took of a report of statistics: rows, or a whole body. */
  reports?: readonly unknown[];
}

/** One API's rules: no socket, no faults, nothing but the clock it was given. */
export interface StandIn {
  judge(request: ApiRequest): Verdict;
  /** Forgets what its rate limit has seen. */
  reset(): void;
}

/** Nothing was taken from this request, for one and the same reason. */
export function refuse(status: number, answer: unknown, items: readonly unknown[], why: string): Verdict {
  return { status, answer, accepted: [], refused: items.map((item) => ({ item, why })) };
}

/** The single events of a body; the body itself where it lists none. */
export function itemsOf(body: unknown, list: string): readonly unknown[] {
  const items = isObject(body) ? body[list] : undefined;
  return Array.isArray(items) && items.length > 0 ? items : [body];
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
