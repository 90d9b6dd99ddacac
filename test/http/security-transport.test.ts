// @module-tag slow
import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../server/http/listener.ts';
import { LIMITS } from '../../shared/names.ts';
import { basic, startCollector, WRITE_KEY } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { exchange, speak } from '../support/http.ts';

const collector = await startCollector({}, { whenOver: afterAll });
const { base, port, events } = collector;
const AUTHORIZATION = `Authorization: ${basic(WRITE_KEY)}`;
const HEAD = `POST /v1/track HTTP/1.1\r\nHost: collector\r\n${AUTHORIZATION}\r\n`;
const message = (messageId: string) =>
  JSON.stringify({ type: 'track', event: 'Tea Poured', anonymousId: 'v', messageId });
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
/** A complete request that would store an event if it were parsed. */
const smuggled = () => {
  const body = message('smuggled');
  return `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`;
};

/** The one answer on a connection: its status, and its body, which is the JSON of an error. */
function only(received: string): { status: number; head: string; answer: unknown } {
  expect(received.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
  const [head = '', body = ''] = received.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), answer: JSON.parse(body) };
}
const REFUSAL = {
  code: expect.any(String),
  message: expect.any(String),
  meta: { errors: [expect.any(String)] },
};

describe('a request that two readers could cut in two places is refused, and the connection with it', () => {
  const text = message('carrier');
  test.each([
    [
      'a length and chunks',
      `Content-Length: ${text.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(text)}`,
    ],
    ['chunks and a length', `Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n${chunked(text)}`],
    ['two lengths', `Content-Length: ${text.length}\r\nContent-Length: 0\r\n\r\n${text}`],
    ['a length with a sign', `Content-Length: +${text.length}\r\n\r\n${text}`],
    ['a length that is none', `Content-Length: 1e2\r\n\r\n${text}`],
    ['a blank before the colon', `Content-Length : ${text.length}\r\n\r\n${text}`],
    ['an encoding after chunked', `Transfer-Encoding: chunked, identity\r\n\r\n${chunked(text)}`],
    ['an unknown encoding', `Transfer-Encoding: xchunked\r\n\r\n${chunked(text)}`],
    ['a chunk size that is none', `Transfer-Encoding: chunked\r\n\r\nzz\r\n${text}\r\n0\r\n\r\n`],
    ['a chunk size with a sign', `Transfer-Encoding: chunked\r\n\r\n-1\r\n${text}\r\n0\r\n\r\n`],
    ['a chunk longer than it says', `Transfer-Encoding: chunked\r\n\r\n2\r\n${text}\r\n0\r\n\r\n`],
    [
      'a chunk size beyond counting',
      `Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${text}\r\n0\r\n\r\n`,
    ],
    ['a folded header', `X-Folded: a\r\n b: c\r\nContent-Length: ${text.length}\r\n\r\n${text}`],
    [
      'a header cut by a bare return',
      `X-Cut: a\rContent-Length: 0\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    ],
    ['a zero in a header', `X-Zero: a\0b\r\nContent-Length: ${text.length}\r\n\r\n${text}`],
    ['a zero in a name', `X-Ze\0ro: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`],
  ])('%s: 400, and what follows is ignored', async (_what, rest) => {
    const { status, head, answer } = only(await speak(port, `${HEAD}${rest}${smuggled()}`));
    expect(status).toBe(400);
    expect(head).toContain('connection: close');
    expect(answer).toEqual(REFUSAL);
    expect(events.map(({ messageId }) => messageId)).not.toContain('smuggled');
  });

  test.each([
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['no method we know', 'BREW /healthz HTTP/1.1\r\nHost: c\r\n\r\n'],
    ['another protocol', 'GET /healthz HTTP/9.9\r\nHost: c\r\n\r\n'],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s: 400', async (_what, bytes) => {
    expect(only(await speak(port, bytes))).toMatchObject({ status: 400 });
  });

  test('a second request on the connection is answered: nothing above was refused for that', async () => {
    const body = message('first-of-two');
    const received = await speak(
      port,
      `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}` +
        `GET /healthz HTTP/1.1\r\nHost: collector\r\nConnection: close\r\n\r\n`,
    );
    expect(received.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(events.map(({ messageId }) => messageId)).toContain('first-of-two');
  });
});

describe('what surrounds a message has limits', () => {
  const get = (path: string, headers: Record<string, string> = {}) => exchange(base, path, { headers });
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'a']));

  test.each([
    ['an address of 8 KB', `/healthz?${'a'.repeat(8 * 1024 - 9)}`, {}, 200],
    ['one byte more', `/healthz?${'a'.repeat(8 * 1024 - 8)}`, {}, 414],
    ['15 KB of headers', '/healthz', { cookie: 'a'.repeat(15 * 1024) }, 200],
    ['17 KB of headers', '/healthz', { cookie: 'a'.repeat(17 * 1024) }, 431],
    ['an address of 20 KB', `/healthz?${'a'.repeat(20 * 1024)}`, {}, 431],
    ['90 headers', '/healthz', many(90), 200],
    ['101 headers', '/healthz', many(101), 431],
    ['3,000 headers', '/healthz', many(3_000), 431],
  ])('%s', async (_what, path, headers, expected) => {
    const { status, body, headers: answered } = await get(path, headers as Record<string, string>);
    expect(status).toBe(expected);
    if (status === 200) return;
    expect(JSON.parse(body.toString())).toEqual(REFUSAL);
    expect(answered.connection).toBe('close');
  });
});

describe('at MAX_CONNECTIONS', () => {
  const start = async () => {
    const shop = await startCollector({ MAX_CONNECTIONS: '10' });
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    /** Resolves once it is open. `text`: what it sends; resolves once there is an answer then. */
    const open = (text = '') =>
      new Promise<Socket>((resolve) => {
        const socket = connect(shop.port, '127.0.0.1').on('error', () => undefined);
        sockets.push(socket);
        socket.once('connect', () => (text ? socket.write(text) : resolve(socket)));
        socket.once('data', () => resolve(socket));
      });
    return { shop, open };
  };
  const REQUEST = 'GET /healthz HTTP/1.1\r\nHost: shop.example\r\n\r\n';
  /** Its body is still to come: the answer is `100 Continue`. */
  const HALF = `${HEAD}Content-Length: 99\r\nExpect: 100-continue\r\n\r\n`;
  const ask = ({ base }: { base: string }) =>
    fetch(`${base}/healthz`, { headers: { connection: 'close' } }).then(({ status }) => status);

  test('a further connection is closed, and the log says so once a minute; when one ends, the next is served', async () => {
    const { shop, open } = await start();
    const busy: Socket[] = [];
    for (let nth = 0; nth < 10; nth++) busy.push(await open(HALF));
    for (let nth = 0; nth < 3; nth++) await expect(ask(shop)).rejects.toThrow();
    expect(shop.lines.filter((line) => line.includes('connections refused'))).toHaveLength(1);
    busy[0]?.destroy();
    await eventually(
      () => ask(shop).catch(() => 0),
      (status) => status === 200,
    );
  });

  test('connections between two requests make room', async () => {
    const { shop, open } = await start();
    for (let nth = 0; nth < 10; nth++) await open(REQUEST);
    await eventually(
      () => ask(shop).catch(() => 0),
      (status) => status === 200,
    );
  });
});

describe('slow senders are cut off', () => {
  const TIMEOUTS = {
    headersTimeout: 300,
    requestTimeout: 600,
    keepAliveTimeout: 300,
    timeout: 900,
    connectionsCheckingInterval: 50,
  };
  const LARGE = Buffer.alloc(64 * 1024 * 1024, 'x');
  async function serveWithShortTimeouts() {
    const listener = await listen(
      (request, response) => {
        if (request.url === '/large') response.end(LARGE);
        else request.resume().once('end', () => response.end('ok'));
      },
      0,
      '127.0.0.1',
      TIMEOUTS,
    );
    onTestFinished(() => void listener.server.close());
    return listener.server;
  }
  const portOf = (server: Server) => (server.address() as { port: number }).port;
  const startWithShortTimeouts = async () => portOf(await serveWithShortTimeouts());
  /** Sends the bytes one by one; resolves with what was received until the server closed the connection. */
  function drip(to: number, bytes: string, intervalMs: number): Promise<string> {
    return new Promise((resolve) => {
      let received = '';
      let sent = 0;
      const socket = connect(to, '127.0.0.1');
      const timer = setInterval(() => {
        if (sent < bytes.length) socket.write(bytes.charAt(sent++));
      }, intervalMs);
      socket.on('data', (chunk) => (received += chunk));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(timer);
        resolve(received);
      });
    });
  }

  test.each([
    ['headers that never end', `GET / HTTP/1.1\r\nHost: c\r\n${'X-A: b\r\n'.repeat(2_000)}`],
    [
      'a body that never ends',
      `POST / HTTP/1.1\r\nHost: c\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(9_000)}`,
    ],
    ['not a word', ''],
  ])('%s: 408 and the connection is closed', async (_what, bytes) => {
    const received = await drip(await startWithShortTimeouts(), bytes, 5);
    expect(only(received)).toMatchObject({ status: 408, answer: { code: 'too-slow' } });
  });

  test('a connection kept for nothing is closed', async () => {
    const received = await speak(await startWithShortTimeouts(), 'GET / HTTP/1.1\r\nHost: c\r\n\r\n');
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('a reader that does not read is cut off', async () => {
    const server = await serveWithShortTimeouts();
    const isCut = await new Promise<boolean>((resolve) => {
      const socket = connect(portOf(server), '127.0.0.1', () =>
        socket.write('GET /large HTTP/1.1\r\nHost: c\r\n\r\n'),
      );
      let received = 0;
      socket.pause();
      // Reads only after the server has closed its side.
      server.once('connection', (accepted) => accepted.once('close', () => socket.resume()));
      socket.on('data', (chunk) => (received += chunk.length));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(received < LARGE.length));
    });
    expect(isCut).toBe(true);
  });

  test('hundreds of bodies that stay a byte short do not block bodies that arrive whole', async () => {
    /** Resolves when one of the requests is answered 503 for lack of memory; the others stay open. */
    const hold = async (count: number, bytes: number) => {
      const slow = Array.from({ length: count }, () => {
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(`${HEAD}Content-Length: ${bytes}\r\n\r\n${' '.repeat(bytes - 1)}`),
        );
        onTestFinished(() => void socket.destroy());
        socket.on('error', () => undefined);
        return socket;
      });
      const [received] = await Promise.race(slow.map((socket) => once(socket, 'data')));
      expect(String(received)).toMatch(/^HTTP\/1\.1 503 .*Retry-After: 1\r\n/is);
    };
    // Ever smaller, until there is no gap between them.
    await hold(100, LIMITS.requestBytes);
    await hold(60, 30_000);
    await hold(150, 2_000);
    const whole = JSON.stringify({
      batch: Array.from({ length: 100 }, (_, index) => JSON.parse(message(`whole-${index}`))),
    });
    for (let time = 0; time < 20; time++) {
      const response = await collector.post('/v1/batch', whole);
      expect(await response.json()).toMatchObject({ accepted: 100 });
    }
  });

  test('the default timeouts', async () => {
    const listener = await listen((_request, response) => response.end(), 0, '127.0.0.1');
    onTestFinished(() => void listener.server.close());
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = listener.server;
    expect({ headersTimeout, requestTimeout, keepAliveTimeout, timeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      timeout: 60_000,
    });
  });
});
