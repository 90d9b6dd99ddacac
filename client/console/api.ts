import { isGiven, type Query } from './place.ts';

/** An answer other than a success: `status` 0 when there was none. */
export class ApiError extends Error {
  readonly status: number;
  readonly details: readonly string[];
  /** Seconds until another attempt is accepted, where the collector named them. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, details: readonly string[] = [], retryAfterSeconds?: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type Filter = Readonly<Record<string, string | number | undefined>>;

/** The collector's operator routes. Paths are relative to the console's parent: `admin/events`. */
export interface Api {
  get<T>(path: string, filter?: Filter, signal?: AbortSignal): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, filter?: Filter): Promise<T>;
  /** The full address of a route, for downloads and streams. */
  url(path: string, filter?: Filter): string;
}

/**
 * @param base the collector's address with a slash at its end, whatever prefix it is served under.
 * @param session.csrf asked at each request that changes something.
 * @param session.onEnd the session has ended: a route answered 401.
 */
export function createApi(
  base: string,
  session: { csrf: () => string | undefined; onEnd: () => void },
  request: typeof fetch = fetch.bind(globalThis),
): Api {
  const url = (path: string, filter: Filter = {}) => {
    const full = new URL(path, base);
    for (const [name, value] of Object.entries(filter))
      if (isGiven(name, value)) full.searchParams.set(name, String(value));
    return full.href;
  };
  const ask = async <T>(path: string, filter: Filter | undefined, init: RequestInit): Promise<T> => {
    const response = await request(url(path, filter), { credentials: 'same-origin', ...init }).catch(
      (cause) => {
        if (init.signal?.aborted) throw cause;
        throw new ApiError(0, 'The collector does not respond.');
      },
    );
    if (response.status === 401 && !path.startsWith('console/')) session.onEnd();
    if (!response.ok) throw await errorOf(response);
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  return {
    url,
    get: (path, filter, signal) => ask(path, filter, signal ? { signal } : {}),
    send: (method, path, body, filter) =>
      ask(path, filter, {
        method,
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf() ?? '' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
  };
}

/** As `server/http/errors.ts` writes it; a proxy on the way may answer with anything. */
interface ErrorBody {
  message?: string;
  meta?: { errors?: readonly string[] };
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: ErrorBody = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get('Retry-After')) || undefined;
  return new ApiError(response.status, body.message ?? response.statusText, body.meta?.errors, seconds);
}

/** The parameters of a place that a route knows, by name. */
export const pick = (query: Query, names: readonly string[]): Filter =>
  Object.fromEntries(names.map((name) => [name, query[name]]));
