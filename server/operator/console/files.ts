import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Request, type RequestHandler, type Response, Router } from 'express';
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

/** A built file of the console, with its compressed forms where the build wrote them. */
interface ConsoleFile {
  type: string;
  etag: string;
  cacheControl: string;
  encodings: Map<'br' | 'gzip' | 'identity', Buffer>;
}

/** The build's hash of the content in a name: such a file never changes. */
const HASHED = /[-.][\w-]{8,}\.(js|css|svg|png|woff2)$/;
const PREFERRED = ['br', 'gzip'] as const;

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
      if (file) sendFile(file, request, response);
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
      const identity = readFileSync(`${directory}/${name}`);
      const file: ConsoleFile = {
        type: TYPES[extname(name)] ?? 'application/octet-stream',
        etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
        cacheControl: HASHED.test(name) ? 'private, max-age=31536000, immutable' : 'private, no-cache',
        encodings: new Map([['identity', identity]]),
      };
      for (const [encoding, ending] of [
        ['br', 'br'],
        ['gzip', 'gz'],
      ] as const)
        if (existsSync(`${directory}/${name}.${ending}`))
          file.encodings.set(encoding, readFileSync(`${directory}/${name}.${ending}`));
      return [name.replaceAll('\\', '/'), file];
    }),
  );
}

function sendFile(
  { type, etag, cacheControl, encodings }: ConsoleFile,
  request: Request,
  response: Response,
) {
  const encoding =
    PREFERRED.find((name) => encodings.has(name) && request.acceptsEncodings(name)) ?? 'identity';
  response
    .set('Content-Type', type)
    .set('Cache-Control', cacheControl)
    .set('ETag', encoding === 'identity' ? etag : `W/${etag}`)
    .vary('Accept-Encoding');
  if (encoding !== 'identity') response.set('Content-Encoding', encoding);
  response.send(encodings.get(encoding));
}
