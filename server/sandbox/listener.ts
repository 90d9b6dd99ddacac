import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Handles one request. `stopped` fires when the listener goes down meanwhile. */
export type Handler = (
  incoming: IncomingMessage,
  response: ServerResponse,
  stopped: AbortSignal,
) => Promise<void>;

/** One origin on loopback that can go down and come up again on the same port. */
export interface Listener {
  /** For example `http://127.0.0.1:49321`. */
  origin: string;
  /** No effect when up. @throws when the port was taken by someone else meanwhile. */
  start(): Promise<void>;
  /** Cuts every connection; afterwards a connection is refused. No effect when down. */
  stop(): Promise<void>;
}

/** @param port 0 for any free one. The listener is up when this resolves. */
export async function createListener(port: number, handle: Handler): Promise<Listener> {
  let running: { server: Server; stopping: AbortController } | undefined;

  async function listen(onPort: number): Promise<number> {
    const stopping = new AbortController();
    const server = createServer((incoming, response) => {
      handle(incoming, response, stopping.signal).catch((error: unknown) => {
        // A caller who left mid-request needs no answer; anything else is a mistake of the sandbox, said aloud.
        if (!incoming.complete || response.headersSent) response.destroy();
        else response.writeHead(500).end(`sandbox mistake: ${error instanceof Error ? error.stack : error}`);
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
