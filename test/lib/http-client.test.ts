import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttp, NoAnswer } from '../../server/lib/http-client.ts';
import { selfSigned } from '../support/self-signed.ts';

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
/** Raw bytes instead of HTTP. */
const serveTcp = (onSocket: (socket: Socket) => void) =>
  listen(createTcpServer((socket) => onSocket(socket.on('error', () => {}))));
const overTls = async (url: Promise<string>) => (await url).replace('http:', 'https:');

function open(timeoutMs = 600, connections = 1) {
  const { http, close } = createHttp({ timeoutMs, connections });
  onTestFinished(close);
  return (url: string) =>
    http({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body: '{}' });
}
const send = (url: string) => open()(url);
/** For servers that respond: a busy machine does not fail the test. */
const sendWithTime = (url: string) => open(10_000)(url);
const failureOf = (sent: Promise<unknown>) => sent.catch((error: unknown) => error);

test('a response has status, lower-case headers and body, whatever the status', async () => {
  const url = await serve((_request, response) =>
    response.writeHead(503, { 'Retry-After': '7' }).end('busy'),
  );
  expect(await sendWithTime(url)).toMatchObject({
    status: 503,
    headers: { 'retry-after': '7' },
    body: 'busy',
  });
});

test('a GET is sent with its headers and without a body', async () => {
  const arrived: unknown[] = [];
  const url = await serve((request, response) => {
    const { method, headers } = request;
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      arrived.push([method, request.url, headers.accept, headers['content-length'], body]);
      response.end('{}');
    });
  });
  const { http, close } = createHttp({ timeoutMs: 1_000, connections: 1 });
  onTestFinished(close);
  await http({ method: 'GET', url: `${url}/orders.json?ids=1`, headers: { accept: 'application/json' } });
  expect(arrived).toEqual([['GET', '/orders.json?ids=1', 'application/json', undefined, '']]);
});

test('a redirect is returned, not followed', async () => {
  const visited: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    visited.push(request.url);
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(await sendWithTime(url)).toMatchObject({ status: 302 });
  expect(visited).toEqual(['/']);
});

test('connections are kept alive between requests', async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end('ok')).on(
    'connection',
    () => void connections++,
  );
  const url = await listen(server);
  const post = open(10_000);
  for (let count = 0; count < 5; count++) await post(url);
  expect(connections).toBe(1);
});

test('a response of 1 MB is read', async () => {
  const url = await serve((_request, response) => response.end('x'.repeat(1024 * 1024)));
  expect((await sendWithTime(url)).body).toHaveLength(1024 * 1024);
});

describe('without a complete response, `wasSent` says whether the API may have acted', () => {
  test.each([
    { what: 'nobody listens', wasSent: false, url: async () => 'http://127.0.0.1:9/' },
    // ENOTFOUND or, where no name server can be reached, EAI_AGAIN.
    { what: 'the name does not exist', wasSent: false, url: async () => 'http://nowhere.invalid/' },
    {
      what: 'plain HTTP answers where TLS was expected',
      wasSent: false,
      url: () => overTls(serve((_request, response) => response.end('ok'))),
    },
    {
      what: 'bytes that are no TLS answer where TLS was expected',
      wasSent: false,
      url: () => overTls(serveTcp((socket) => socket.end('not tls'))),
    },
    {
      what: 'the TLS handshake is reset',
      wasSent: false,
      url: () => overTls(serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))),
    },
    {
      what: 'the TLS handshake is never answered',
      wasSent: false,
      url: () => overTls(serveTcp(() => {})),
    },
    {
      what: 'the certificate vouches for itself alone',
      wasSent: false,
      url: () => overTls(listen(createTlsServer(selfSigned(), (_request, response) => response.end('ok')))),
    },
    { what: 'it hangs', wasSent: true, url: () => serve(() => {}) },
    {
      what: 'it is half-open: the connection stands, the machine behind it is gone',
      wasSent: true,
      url: () => listen(createTcpServer({ pauseOnConnect: true }, () => {})),
    },
    {
      what: 'it answers after we have given up',
      wasSent: true,
      url: () =>
        serve((_request, response) => {
          const late = setTimeout(() => response.end('ok'), 3_000);
          response.on('close', () => clearTimeout(late));
        }),
    },
    {
      what: 'it hangs up before the answer',
      wasSent: true,
      url: () => serve((request) => request.socket.destroy()),
    },
    {
      what: 'it resets before the answer',
      wasSent: true,
      url: () => serve((request) => request.socket.resetAndDestroy()),
    },
    {
      what: 'it resets in the middle of the answer',
      wasSent: true,
      url: () => serve((_request, response) => half(response, () => response.socket?.resetAndDestroy())),
    },
    {
      what: 'the answer ends before its content-length',
      wasSent: true,
      url: () => serve((_request, response) => half(response, () => response.socket?.end())),
    },
    {
      what: 'the answer is not HTTP',
      wasSent: true,
      url: () => serveTcp((socket) => socket.once('data', () => socket.end('SSH-2.0-server\r\n'))),
    },
    {
      what: 'the answer is larger than any API’s',
      wasSent: true,
      url: () => serve((_request, response) => response.end('x'.repeat(1024 * 1024 + 1))),
    },
    {
      what: 'the answer drips and never ends',
      wasSent: true,
      url: () =>
        serve((_request, response) => {
          const drip = setInterval(() => response.write(' '), 20);
          response.on('close', () => clearInterval(drip));
        }),
    },
  ])('$what → may have acted: $wasSent', async ({ url, wasSent }) => {
    const failure = await failureOf(send(await url()));
    expect(failure).toBeInstanceOf(NoAnswer);
    expect(failure).toMatchObject({ wasSent });
  });

  const half = (response: Parameters<RequestListener>[1], then: () => void) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"code":', then);
  };

  test('a request that timed out waiting for a connection was not sent', async () => {
    const timeoutMs = 1_000;
    let arrived = 0;
    let onArrival = () => {};
    const firstArrived = new Promise<void>((resolve) => {
      onArrival = resolve;
    });
    const url = await serve(() => {
      arrived++;
      onArrival();
    });
    const post = open(timeoutMs, 1);
    const failures = [failureOf(post(url)), failureOf(post(url))];
    await firstArrived;
    // Nothing runs until both are overdue, so that the end of the first does not let the second go in time.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeoutMs + 50);
    expect((await Promise.all(failures)).map((failure) => (failure as NoAnswer).wasSent)).toEqual([
      true,
      false,
    ]);
    expect(arrived).toBe(1);
  });

  test('a kept-alive connection that broke while idle is replaced; nothing is lost or sent twice', async () => {
    let arrived = 0;
    const url = await serve((request, response) => {
      arrived++;
      response.end('ok', () => setImmediate(() => request.socket.destroy()));
    });
    const post = open(500);
    const connected = new Promise<Socket>((resolve) => {
      const onSocket = (message: unknown) => resolve((message as { socket: Socket }).socket);
      subscribe('net.client.socket', onSocket);
      onTestFinished(() => void unsubscribe('net.client.socket', onSocket));
    });
    await post(url);
    const connection = await connected;
    if (!connection.closed) await new Promise((resolve) => connection.once('close', resolve));
    expect(await post(url)).toMatchObject({ status: 200 });
    expect(arrived).toBe(2);
  });

  test('the error message has a code that an operator can search for', async () => {
    expect(await failureOf(send('http://127.0.0.1:9/'))).toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const hanging = await serve(() => {});
    expect(await failureOf(send(hanging))).toMatchObject({ message: expect.stringMatching(/time/i) });
  });
});
