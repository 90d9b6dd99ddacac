import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from './launch.ts';

/**
 * A TikTok that takes everything unread, so that the measured collector delivers to a server that costs next to nothing.
 * It counts payloads by their `event_id` and returns the count on request; `{listen: false}` takes it off the network until
 * `{listen: true}`.
 */
const ANSWER = JSON.stringify({ code: 0, message: 'OK', request_id: 'accept-all', data: {} });
let payloads = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    for (let at = body.indexOf('"event_id"'); at !== -1; at = body.indexOf('"event_id"', at + 10)) payloads++;
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(ANSWER);
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
serveParent(async ({ listen }: { listen?: boolean }) => {
  if (listen === false) server.close().closeAllConnections();
  if (listen === true) await once(server.listen(port, '127.0.0.1'), 'listening');
  return { payloads };
});
process.send?.({ port });
