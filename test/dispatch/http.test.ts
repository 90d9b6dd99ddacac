import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttp, NoAnswer } from '../../server/dispatch/http.ts';

/** A port on loopback that behaves as told until the test is over. */
async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (listener: RequestListener) => listen(createServer(listener));

async function send(url: string, timeoutMs = 500) {
  const { http, close } = createHttp({ timeoutMs, connections: 1 });
  onTestFinished(close);
  return http({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body: '{}' });
}

test('an answer comes with status, lower-case headers and body, whatever the status', async () => {
  const url = await serve((_request, response) =>
    response.writeHead(503, { 'Retry-After': '7' }).end('busy'),
  );
  expect(await send(url)).toMatchObject({ status: 503, headers: { 'retry-after': '7' }, body: 'busy' });
});

test('a redirect is an answer, not an instruction', async () => {
  const url = await serve((_request, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
  );
  expect(await send(url)).toMatchObject({ status: 302 });
});

test('connections are kept alive between requests', async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end('ok')).on(
    'connection',
    () => void connections++,
  );
  const url = await listen(server);
  const { http, close } = createHttp({ timeoutMs: 500, connections: 1 });
  onTestFinished(close);
  for (let count = 0; count < 5; count++) await http({ method: 'POST', url, headers: {}, body: '{}' });
  expect(connections).toBe(1);
});

describe('without a complete answer, it is known whether the API may have acted', () => {
  test.each([
    { what: 'nobody listens', wasSent: false, url: async () => 'http://127.0.0.1:9/' },
    { what: 'the name does not exist', wasSent: false, url: async () => 'http://nowhere.invalid/' },
    {
      what: 'no TLS where TLS was expected',
      wasSent: false,
      url: async () =>
        (await listen(createTcpServer((socket) => socket.end('not tls')))).replace('http:', 'https:'),
    },
    { what: 'it hangs', wasSent: true, url: () => serve(() => {}) },
    {
      what: 'it resets before the answer',
      wasSent: true,
      url: () => serve((request) => request.socket.destroy()),
    },
    {
      what: 'it resets in the middle of the answer',
      wasSent: true,
      url: () =>
        serve((_request, response) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write('{"code":');
          setImmediate(() => response.destroy());
        }),
    },
    {
      what: 'the answer is larger than any API’s',
      wasSent: true,
      url: () => serve((_request, response) => response.end('x'.repeat(2 * 1024 * 1024))),
    },
    {
      what: 'the answer drips and never ends',
      wasSent: true,
      url: () =>
        serve((_request, response) => {
          const drip = setInterval(() => response.write(' '), 50);
          response.on('close', () => clearInterval(drip));
        }),
    },
  ])('$what → may have acted: $wasSent', async ({ url, wasSent }) => {
    const failure = await send(await url()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoAnswer);
    expect(failure).toMatchObject({ wasSent });
  });
});
