// @module-tag slow
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ADMIN_TOKEN,
  basic,
  type Collector,
  SHOP_ORIGIN,
  startCollector,
  WRITE_KEY,
} from '../support/collector.ts';
import { PROXIES, startProxy } from '../support/proxy.ts';

let collector: Collector;
const overs: (() => Promise<void> | void)[] = [];
beforeAll(async () => {
  collector = await startCollector({ TRUST_PROXY: '1' }, { whenOver: (clean) => void overs.push(clean) });
});
afterAll(async () => {
  for (const clean of overs.reverse()) await clean();
});

/** A request whose path no client changes. */
const statusOf = (base: string, path: string) =>
  new Promise<number>((resolve, reject) => {
    const { hostname, port, host } = new URL(base);
    const socket = connect(Number(port), hostname);
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(Number(String(data).split(' ')[1]));
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nConnection: close\r\n\r\n`,
    );
  });

/** What is stored of an event whose sender says that a proxy has passed it on from another address. */
async function storedOf(base: string): Promise<string> {
  const { status } = await fetch(`${base}/v1/track`, {
    method: 'POST',
    headers: {
      ...{ authorization: basic(WRITE_KEY), origin: SHOP_ORIGIN },
      ...{ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0', 'x-forwarded-for': '203.0.113.9' },
    },
    body: JSON.stringify({
      event: 'Tea Poured',
      anonymousId: 'a',
      context: { consent: { advertising: true, analytics: true, marketing: true } },
    }),
  });
  expect(status).toBe(200);
  return JSON.stringify(collector.events.at(-1));
}

describe.each(PROXIES)('$name', (kind) => {
  const { program, prefix } = kind;
  test.skipIf(!program)(
    'P10: passes on what shops need, and neither /admin nor addresses that are only said',
    async () => {
      const base = `${await startProxy(kind, collector.port)}${prefix}`;
      const { origin } = new URL(base);
      const of = (path: string) => statusOf(origin, `${prefix}${path}`);
      const inside = [
        '/admin/status',
        '/Admin/status',
        '//admin/status',
        '/%61dmin/status',
        '/v1/../admin/status',
      ];
      const others = ['/metrics', '/console/', '/x/../metrics', '/v1/..%2fmetrics', '/openapi.json', '/'];
      for (const path of [...inside, ...others])
        expect([path, await of(path)]).toEqual([path, expect.toBeOneOf([400, 404])]);
      for (const path of ['/s.js', '/json-ld.js', `/v1/projects/${WRITE_KEY}/settings`])
        expect([path, await of(path)]).toEqual([path, 200]);
      expect(await storedOf(base)).not.toContain('203.0.113.9');
      expect(await storedOf(collector.base)).toContain('203.0.113.9');
    },
  );
});
