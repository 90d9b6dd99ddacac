import type { IncomingMessage, RequestListener } from 'node:http';
import type { Express, Request } from 'express';
import type { DirectHandler, Received } from './direct-handler.ts';
import type { AnswerError } from './error-handler.ts';

/**
 * Nearly every request is a `POST` to one of a few paths. Written exactly so, it goes to its handler directly: on the way to a
 * route Express changes the prototypes of request and response, and asks each route before it, which takes a tenth of the
 * event loop's time for it. Every other way to write the same path finds the same handler by Express.
 *
 * @param handlers by path; the routes of `app` have them too.
 * @param answerError what `app` does with an error.
 */
export function withDirectRoutes(
  app: Express,
  handlers: ReadonlyMap<string, DirectHandler>,
  answerError: AnswerError,
): RequestListener {
  return (request, response) => {
    const handle = request.method === 'POST' ? handlers.get(pathOf(request.url ?? '')) : undefined;
    if (!handle) return app(request, response);
    const fail = (error: unknown) => answerError(error, request, response, () => response.destroy());
    try {
      handle(asReceived(app, request), response, fail);
    } catch (error) {
      fail(error);
    }
  };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** Express reads them as its settings say (`trust proxy`, `query parser`), once and not each time. */
function asReceived({ request: prototype }: Express, request: IncomingMessage): Received {
  const { url, headers, socket } = request;
  const { ip, hostname, query }: Request = Object.assign(Object.create(prototype), { url, headers, socket });
  return Object.assign(request, { ip, hostname, query });
}
