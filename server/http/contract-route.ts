import type { RequestHandler } from 'express';

/** Answers with an OpenAPI page that is made at the first request: most processes are never asked for it. */
export function contractRoute(make: () => object): RequestHandler {
  let contract: object | undefined;
  return (_request, response) => {
    contract ??= make();
    response.json(contract);
  };
}
