import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';

/** How long a stop waits for answers under way. */
const DRAIN_MS = 10_000;
/** Node's own guards against slow senders, in milliseconds. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 };

/** A listening server, and what it has not answered yet. */
export interface Door {
  server: Server;
  open: Set<ServerResponse>;
}

/** Opens a port. Rejects when it cannot be opened. */
export function listen(app: RequestListener, port: number, host: string): Promise<Door> {
  return new Promise((resolve, reject) => {
    const open = new Set<ServerResponse>();
    const server = createServer(TIMEOUTS, (request, response) => {
      open.add(response);
      response.once('close', () => open.delete(response));
      if (!server.listening) response.setHeader('Connection', 'close');
      app(request, response);
    });
    server.once('error', reject);
    server.listen(port, host, () => resolve({ server, open }));
  });
}

/**
 * Requests under way get their answers, which tell their senders to go elsewhere: a busy connection would never become
 * idle by itself. After ten seconds whoever is left is cut off.
 */
export function drain({ server, open }: Door): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    for (const response of open) if (!response.headersSent) response.setHeader('Connection', 'close');
    server.closeIdleConnections();
  });
}
