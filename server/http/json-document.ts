import type { RequestHandler } from 'express';

/** Answers with a JSON document that is made at the first request: most processes are never asked for it. */
export function jsonDocument(make: () => object): RequestHandler {
  let contract: object | undefined;
  return (_request, response) => {
    contract ??= make();
    response.json(contract);
  };
}
