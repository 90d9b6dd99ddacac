import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Handles one request. `stopped` aborts when the listener is stopped meanwhile. */
export type Handler = (
  incoming: IncomingMessage,
  response: ServerResponse,
  stopped: AbortSignal,
) => Promise<void>;

/** One origin on loopback that can be stopped and started again on the same port. */
export interface Listener {
  /** For example `http://127.0.0.1:49321`. */
  origin: string;
  /** No effect while it listens. @throws when another process uses the port now. */
  start(): Promise<void>;
  /** Closes every connection and refuses new ones. No effect when stopped. */
  stop(): Promise<void>;
}

/** @param port 0 for any free port. It listens when this resolves. */
export async function createListener(port: number, handle: Handler): Promise<Listener> {
  let running: { server: Server; stopping: AbortController } | undefined;

  async function listen(onPort: number): Promise<number> {
    const stopping = new AbortController();
    const server = createServer((incoming, response) => {
      handle(incoming, response, stopping.signal).catch((error: unknown) => {
        // A client that disconnected gets no response; any other error is a bug of the sandbox.
        if (!incoming.complete || response.headersSent) response.destroy();
        else response.writeHead(500).end(`sandbox error: ${error instanceof Error ? error.stack : error}`);
      });
    });
    server.listen(onPort, '127.0.0.1');
    await once(server, 'listening');
    running = { server, stopping };
    return (server.address() as AddressInfo).port;
  }

  const boundPort = await listen(port);
  return {
    origin: `http://127.0.0.1:${boundPort}`,
    async start() {
      if (!running) await listen(boundPort);
    },
    async stop() {
      if (!running) return;
      const { server, stopping } = running;
      running = undefined;
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
