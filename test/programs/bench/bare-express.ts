import express from 'express';
import { reportPort } from './report-port.ts';

/** What the collector is measured against: Express 5 that parses the body with its own middleware and throws it away. */
const app = express();
app.post('/json', express.json(), (_request, response) => void response.sendStatus(204));
/** For information: the same Express without its body parser. */
app.post('/own', (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(String(Buffer.concat(chunks)));
    response.statusCode = 204;
    response.end();
  });
});
reportPort(app.listen(0, '127.0.0.1'));
