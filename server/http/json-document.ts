import type { RequestHandler } from 'express';

/** Answers with a JSON document that is made at the first request: most processes are never asked for it. */
export function jsonDocument(make: () => object): RequestHandler {
  let document: object | undefined;
  return (_request, response) => {
    document ??= make();
    response.json(document);
  };
}
