import { readFileSync } from 'node:fs';
import { type RequestHandler, Router } from 'express';
import { PIXELS, PLUGINS } from '../../shared/names.ts';
import { OperatorError } from '../lib/operator-error.ts';
import { type Asset, sendAsset, toAsset } from './asset.ts';

const CACHE_SHORT = 'public, max-age=300, stale-while-revalidate=86400';
const CACHE_FOREVER = 'public, max-age=31536000, immutable';

/**
 * `/s.js` and its plugins. `/s/<version>.js` never changes and is cached for a year; other versions are 404,
 * so that a page never runs a version it did not request.
 *
 * @param directory with the output of `npm run build`.
 * @throws when a file is missing.
 */
export function snippetRoutes(directory: URL, version: string): Router {
  const router = Router();
  const snippet = load(new URL('s.js', directory));
  router.get('/s.js', serve(snippet, CACHE_SHORT));
  router.get(`/s/${version}.js`, serve(snippet, CACHE_FOREVER));
  for (const name of [...PLUGINS, ...PIXELS])
    router.get([`/${name}.js`, `/s/${name}.js`], serve(load(new URL(`${name}.js`, directory)), CACHE_SHORT));
  return router;
}

function load(file: URL): Asset {
  const encodings = {
    identity: read(file),
    br: read(new URL(`${file}.br`)),
    gzip: read(new URL(`${file}.gz`)),
  };
  return toAsset('text/javascript; charset=utf-8', encodings);
}

function read(file: URL): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new OperatorError(`The snippet is not built: ${file.pathname} is missing. Run: npm run build`);
  }
}

function serve(asset: Asset, cacheControl: string): RequestHandler {
  return (request, response) => {
    response.set('Cross-Origin-Resource-Policy', 'cross-origin').set('X-Content-Type-Options', 'nosniff');
    sendAsset(asset, cacheControl, request, response);
  };
}
