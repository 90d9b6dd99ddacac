import { createServer } from 'node:http';
import { reportPort } from './report-port.ts';

/** What no Node server can beat: reads the body, throws it away, answers 204. */
const server = createServer((request, response) => {
  request.on('data', () => {});
  request.on('end', () => response.writeHead(204).end());
});
reportPort(server.listen(0, '127.0.0.1'));
