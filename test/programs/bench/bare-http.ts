import { createServer } from 'node:http';
import { tellPort } from './tell-port.ts';

/** What no Node server can beat: reads the body, throws it away, answers 204. */
const server = createServer((request, response) => {
  request.on('data', () => {});
  request.on('end', () => response.writeHead(204).end());
});
tellPort(server.listen(0, '127.0.0.1'));
