import { Agent, type Dispatcher, request } from 'undici';
import type { HttpRequest, HttpResponse } from '../destinations/destination.ts';

/** Sends one request. Rejects only with `NoAnswer`. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/** There is no complete answer. `wasSent` says whether the API may have acted on the request all the same. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
  readonly wasSent: boolean;
  constructor(message: string, wasSent: boolean) {
    super(message);
    this.wasSent = wasSent;
  }
}

const MAX_ANSWER_BYTES = 1024 * 1024;

/** Tells when a connection stands and the request is about to be written to it; before that nothing has left. */
const noteStart =
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
 * HTTP over undici with connections kept alive. The only place outgoing requests are made; hosts come from the
 * configuration alone and redirects are not followed.
 */
export function createHttp(options: { timeoutMs: number; connections: number }): {
  http: Http;
  close: () => Promise<void>;
} {
  const { timeoutMs, connections } = options;
  const agent = new Agent({
    connections,
    connect: { timeout: Math.min(timeoutMs, 5_000) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 30_000,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const http: Http = async ({ url, method, headers, body }) => {
    const signal = AbortSignal.timeout(timeoutMs);
    let wasSent = false;
    // A request whose time ran out while it waited for a connection is started all the same, but not written.
    const noteSent = () => {
      wasSent ||= !signal.aborted;
    };
    const dispatcher = agent.compose(noteStart(noteSent));
    try {
      const answer = await request(url, { dispatcher, method, headers, body: body ?? null, signal });
      return {
        status: answer.statusCode,
        headers: Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: await answer.body.text(),
      };
    } catch (error) {
      throw new NoAnswer(describe(error), wasSent);
    }
  };
  return { http, close: () => agent.destroy() };
}

const codeOf = (error: unknown): string => {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : cause === undefined ? '' : codeOf(cause);
};
const describe = (error: unknown) => `${codeOf(error) || (error as Error).name}: ${(error as Error).message}`;
