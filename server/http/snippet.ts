import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type RequestHandler, Router } from 'express';
import { PIXELS, PLUGINS } from '../../shared/names.ts';
import { OperatorError } from '../lib/operator-error.ts';

/** A built browser file. All are held in memory: a few kilobytes that every page requests. */
interface Asset {
  etag: string;
  encodings: { br: Buffer; gzip: Buffer; identity: Buffer };
}

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

const PREFERRED = ['br', 'gzip'] as const;

/** Compressed by the build: compressing at startup would dominate the startup time. */
function load(file: URL): Asset {
  const identity = read(file);
  return {
    etag: `W/"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    encodings: { br: read(new URL(`${file}.br`)), gzip: read(new URL(`${file}.gz`)), identity },
  };
}

function read(file: URL): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new OperatorError(`The snippet is not built: ${file.pathname} is missing. Run: npm run build`);
  }
}

function serve({ etag, encodings }: Asset, cacheControl: string): RequestHandler {
  return (request, response) => {
    // Browsers list gzip first without preferring it, so the order here decides.
    const encoding = PREFERRED.find((name) => request.acceptsEncodings(name)) ?? 'identity';
    response
      .set('Content-Type', 'text/javascript; charset=utf-8')
      .set('Cache-Control', cacheControl)
      .set('Cross-Origin-Resource-Policy', 'cross-origin')
      .set('X-Content-Type-Options', 'nosniff')
      .set('ETag', etag)
      .vary('Accept-Encoding');
    if (encoding !== 'identity') response.set('Content-Encoding', encoding);
    response.send(encodings[encoding]);
  };
}
