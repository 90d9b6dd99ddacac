/** The three systems that the sandbox replaces. */
export type Api = 'tiktok' | 'customerio' | 'shopline';
export const APIS: readonly Api[] = ['tiktok', 'customerio', 'shopline'];

/** One request, its body unpacked and parsed as far as possible. */
export interface ApiRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** Without its question mark; absent when there is none. */
  query?: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** JSON when `isJson`, else the text. */
  body: unknown;
  isJson: boolean;
  /** Of the body after unpacking. */
  bytes: number;
}

/** One event (or, where a body holds no list, the body) that was refused, and the reason. */
export interface Refusal {
  item: unknown;
  why: string;
}

/** The response to a request, and the events in it that were accepted and refused. */
export interface ValidationResult {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Text is sent as HTML, everything else as JSON. */
  answer: unknown;
  accepted: readonly unknown[];
  refused: readonly Refusal[];
  /** Accepted statistics: rows, or a whole body. */
  reports?: readonly unknown[];
}

/** The rules of one API, without sockets and faults. */
export interface StandIn {
  validate(request: ApiRequest): ValidationResult;
  /** Resets the rate limit. */
  reset(): void;
}

/** Refuses every item for the same reason. */
export function refuse(
  status: number,
  answer: unknown,
  items: readonly unknown[],
  why: string,
): ValidationResult {
  return { status, answer, accepted: [], refused: items.map((item) => ({ item, why })) };
}

/** The events of a body; the body itself where it lists none. */
export function itemsOf(body: unknown, list: string): readonly unknown[] {
  const items = isObject(body) ? body[list] : undefined;
  return Array.isArray(items) && items.length > 0 ? items : [body];
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
