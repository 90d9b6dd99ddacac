import type { RequestHandler } from 'express';

/** `//v1/batch`, as SDKs write it whose host ends in a slash, is `/v1/batch`. The query string stays as it is. */
export const collapseSlashes: RequestHandler = (request, _response, next) => {
  const { url } = request;
  if (url.startsWith('/') && url.includes('//'))
    request.url = url.replace(/^[^?]*/, (path) => path.replace(/\/{2,}/g, '/'));
  next();
};
