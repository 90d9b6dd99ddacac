import express from 'express';

/** What the collector is measured against: Express 5 that parses the body and throws it away. */
const app = express();
app.use(express.json());
app.post('/', (_request, response) => void response.status(204).end());
const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as { port: number }).port });
});
