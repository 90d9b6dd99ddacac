import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RequestHandler, Router } from 'express';
import { type Asset, sendAsset, toAsset } from '../../http/asset.ts';
import { HttpError } from '../../http/errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** A built file of the console. */
type ConsoleFile = [asset: Asset, cacheControl: string];

/** The build's hash of the content in a name: such a file never changes. */
const HASHED = /[-.][\w-]{8,}\.(js|css|svg|png|woff2)$/;

/**
 * `/console` and the files beside it. They hold no data, so that no session is needed: the page shows a form to log in.
 *
 * @param directory with what `npm run build` wrote; where it is absent every request is answered 503 with what to do.
 */
export function consoleFiles(directory: URL): Router {
  const router = Router();
  const files = existsSync(directory) ? readFiles(fileURLToPath(directory)) : new Map<string, ConsoleFile>();
  const page = files.get('index.html');
  const send = (name: string): RequestHandler => {
    return (request, response, next) => {
      if (!page)
        return next(new HttpError(503, 'unavailable', 'The console is not built. Run: npm run build'));
      const file = files.get(name);
      if (file) sendAsset(...file, request, response);
      else next();
    };
  };
  const sendPage = send('index.html');
  router.get('/console', (request, response, next) => {
    // The page's addresses are relative, so that it works behind any prefix of a proxy.
    if (request.path.endsWith('/')) sendPage(request, response, next);
    else response.redirect('console/');
  });
  router.get('/console/*path', (request, response, next) =>
    send(request.path.slice('/console/'.length))(request, response, next),
  );
  return router;
}

function readFiles(directory: string): Map<string, ConsoleFile> {
  const names = globSync('**/*', { cwd: directory }).filter((name) => extname(name) in TYPES);
  return new Map(
    names.map((name) => {
      const [br, gzip] = ['br', 'gz'].map((ending) => readIfThere(`${directory}/${name}.${ending}`));
      const identity = readFileSync(`${directory}/${name}`);
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      const asset = toAsset(type, { identity, ...(br && { br }), ...(gzip && { gzip }) });
      const cacheControl = HASHED.test(name) ? 'private, max-age=31536000, immutable' : 'private, no-cache';
      return [name.replaceAll('\\', '/'), [asset, cacheControl]];
    }),
  );
}

const readIfThere = (path: string): Buffer | undefined => (existsSync(path) ? readFileSync(path) : undefined);
