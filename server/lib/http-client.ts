import { Agent, type Dispatcher, request } from 'undici';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

export interface HttpResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: string;
}

/** Sends one request and resolves with the response, whatever its status. Rejects only with `NoAnswer`. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/** No complete response was received. `wasSent`: the request may have reached the server all the same. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
  readonly wasSent: boolean;
  constructor(message: string, wasSent: boolean) {
    super(message);
    this.wasSent = wasSent;
  }
}

const MAX_RESPONSE_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;

/** Calls back when the connection is established and the request is about to be written to it. */
const onRequestStart =
  (onStart: () => void): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, {
      onRequestStart(...args) {
        onStart();
        handler.onRequestStart?.(...args);
      },
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });

/**
 * HTTP over undici with keep-alive connections. Redirects are not followed; a response larger than 1 MiB is no answer.
 *
 * @param options `timeoutMs` covers one request from the call to the last byte of the response; `connections` is the
 *   pool size per origin. `statusOnly`: the status is the whole answer; its body is '', whatever is sent after the headers.
 */
export function createHttp(options: { timeoutMs: number; connections: number; statusOnly?: boolean }): {
  http: Http;
  close: () => Promise<void>;
} {
  const { timeoutMs, connections, statusOnly = false } = options;
  const agent = new Agent({
    connections,
    connect: { timeout: Math.min(timeoutMs, CONNECT_TIMEOUT_MS) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 30_000,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  const http: Http = async ({ url, method, headers, body }) => {
    const signal = AbortSignal.timeout(timeoutMs);
    let wasSent = false;
    // undici also starts a request that timed out while it waited for a connection, but does not write it.
    const dispatcher = agent.compose(
      onRequestStart(() => {
        wasSent ||= !signal.aborted;
      }),
    );
    try {
      const response = await request(url, { dispatcher, method, headers, body: body ?? null, signal });
      return {
        status: response.statusCode,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: statusOnly ? await discard(response) : await response.body.text(),
      };
    } catch (error) {
      throw new NoAnswer(describeError(error), wasSent);
    }
  };
  return { http, close: () => agent.destroy() };
}

/** Reads at most 128 KiB of it, for the connection to be kept; never rejects. */
const discard = async ({ body }: Dispatcher.ResponseData): Promise<''> => {
  await body.dump();
  return '';
};

const describeError = (error: unknown) =>
  `${codeOf(error) || (error as Error).name}: ${(error as Error).message}`;

/** undici wraps socket errors: the system's code may be on a cause. */
const codeOf = (error: unknown): string => {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : cause === undefined ? '' : codeOf(cause);
};
