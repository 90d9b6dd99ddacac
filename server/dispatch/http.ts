import { Agent, request } from 'undici';
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
/** Failures that happen before the first byte of a request can leave. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL)/;

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
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const answer = await request(url, { dispatcher: agent, method, headers, body, signal });
      return {
        status: answer.statusCode,
        headers: Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: await answer.body.text(),
      };
    } catch (error) {
      throw new NoAnswer(describe(error), !NOT_SENT.test(codeOf(error)));
    }
  };
  return { http, close: () => agent.destroy() };
}

const codeOf = (error: unknown): string => {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : cause === undefined ? '' : codeOf(cause);
};
const describe = (error: unknown) => `${codeOf(error) || (error as Error).name}: ${(error as Error).message}`;
