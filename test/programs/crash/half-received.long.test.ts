import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { createFleet } from '../../support/fleet.ts';
import { numberedMessage } from '../../support/fleet-messages.ts';
import { basic, WRITE_KEY } from '../../support/shop.ts';

test.each([
  { part: 'headers', cutAfter: 'Host: shop\r\n' },
  { part: 'body', cutAfter: '{"type"' },
])(
  'a request whose $part SIGTERM finds half received is answered with `Connection: close`',
  async ({ cutAfter }) => {
    const fleet = await createFleet();
    onTestFinished(() => fleet.close());
    const collector = await fleet.start();
    const body = JSON.stringify(numberedMessage(1));
    const head = ['POST /v1/track HTTP/1.1', 'Host: shop', `Authorization: ${basic(WRITE_KEY)}`];
    const request = `${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const cut = request.indexOf(cutAfter) + cutAfter.length;
    const socket = connect(Number(new URL(fleet.base).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(request.slice(0, cut));
    // Whatever was sent before this answer has been read.
    await fetch(`${fleet.base}/healthz`);
    const ended = collector.end('SIGTERM');
    await eventually(collector.isHealthy, (isHealthy) => !isHealthy);

    const askedAtMs = performance.now();
    socket.write(request.slice(cut));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*"accepted":1/is);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAtMs).toBeLessThan(5_000);
    await fleet.start();
    expect(await fleet.delivered([1])).toMatchObject({ lost: 0, repeatedSame: 0, repeatedDifferent: 0 });
  },
);
