import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A shop that serves the given files and answers every POST with 200, as a collector for any script. */
export interface ScriptShop {
  origin: string;
  /** No browser may keep it. */
  put(path: string, body: string | Buffer, type?: keyof typeof TYPES): void;
  /** How many POSTs have come. */
  readonly posts: number;
  close(): Promise<void>;
}

const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', json: 'application/json' };
const ANSWER = JSON.stringify({ success: true, accepted: 1, duplicates: 0, rejected: [] });

export async function openScriptShop(): Promise<ScriptShop> {
  const files = new Map<string, { body: string | Buffer; type: keyof typeof TYPES }>();
  let posts = 0;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    const file = files.get(pathname);
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'POST') {
      request.resume().on('end', () => {
        posts++;
        response.setHeader('Content-Type', TYPES.json).end(ANSWER);
      });
    } else if (file) response.setHeader('Content-Type', TYPES[file.type]).end(file.body);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: (path, body, type = 'html') => void files.set(path, { body, type }),
    get posts() {
      return posts;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
